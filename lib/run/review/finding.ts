import type { LintProblem } from '../../manifest/parse/review.ts';
import type { TemplateProblem } from '../template.ts';

/** A problem of a text as a finding about the part that it marks. */
export function findingOf(
  text: string,
  { severity, message, hint, offset, length }: TemplateProblem,
): LintProblem {
  const part = text.slice(offset, offset + length);
  const before = part === '' ? 0 : text.slice(0, offset).split(part).length - 1;
  return { severity, message, text: part, before, ...(hint && { hint }) };
}
