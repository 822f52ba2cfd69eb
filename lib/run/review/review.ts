import { readFile } from 'node:fs/promises';
import type { Manifest, Problem, Tool } from '../../manifest/manifest.ts';
import type { Finding } from './finding.ts';
import { placeOf } from './place.ts';

/** What would keep the actions of a manifest from running well, found without running them, each with its place. */
export async function reviewActions({ tools, sources }: Manifest): Promise<Problem[]> {
  const texts = new Map<string, string>();
  for (const source of sources) texts.set(source, await readFile(source, 'utf8'));
  const problems: Problem[] = [];
  for (const tool of tools) {
    for (const { severity, message, hint, text } of await reviewTool(tool)) {
      problems.push({
        severity,
        message,
        tool: tool.name,
        ...placeOf(tool.name, text, texts),
        ...(hint !== undefined && { hint }),
      });
    }
  }
  return problems;
}

async function reviewTool(tool: Tool): Promise<Finding[]> {
  switch (tool.action?.kind) {
    case 'script':
      return (await import('../script/review.ts')).reviewScript(tool, tool.action);
    case 'http':
      return (await import('../http/review.ts')).reviewHttp(tool, tool.action);
    case 'handler':
      if (tool.action.builtin) return [];
      return (await import('../user-handler/review.ts')).reviewHandler(tool, tool.action);
    case undefined:
      return [];
  }
}
