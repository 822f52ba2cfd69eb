import type { LintProblem } from '../../manifest/lint.ts';
import type { TemplateProblem } from '../template.ts';

/** A problem of a text as a finding about the part that it marks. */
export function findingOf(
  text: string,
  { severity, message, hint, offset, length }: TemplateProblem,
): LintProblem {
  return { severity, message, text: text.slice(offset, offset + length), ...(hint && { hint }) };
}
