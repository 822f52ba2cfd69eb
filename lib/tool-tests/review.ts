import type { ProblemInText, Tool } from '../contract/manifest.ts';
import { reviewAction } from '../run/manifests.ts';
import { reviewTests } from './case.ts';

/** Returns the problems of a tool that its parser does not look for: those of its action and of its tests. It runs neither. */
export async function reviewTool(tool: Tool): Promise<ProblemInText[]> {
  return [...(await reviewAction(tool)), ...reviewTests(tool)];
}
