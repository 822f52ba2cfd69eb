import type { TestResult } from './run.ts';

/** Renders the first two lines of a TAP report, for `count` tests. See https://testanything.org/tap-version-14-specification.html. */
export function renderTapHead(count: number): string {
  return `TAP version 14\n1..${count}\n`;
}

/** Renders the result of the test with this number, from 1, for a TAP report. */
export function renderTap(
  { tool, name, milliseconds, failures, printed }: TestResult,
  number: number,
): string {
  const line = `${number} - ${escape(`${tool}: ${name}`)}`;
  const details = [`duration_ms: ${milliseconds}`];
  if (failures.length === 0) return `ok ${line}\n${block(details)}`;
  details.push('failures:', ...failures.map((failure) => `  - ${JSON.stringify(failure)}`));
  if (printed !== '') details.push(`printed: ${JSON.stringify(printed)}`);
  return `not ok ${line}\n${block(details)}`;
}

/** Renders the line that says why the tests after it did not run. */
export function renderTapBailOut(message: string): string {
  return `Bail out! ${message.replaceAll(/\s+/g, ' ')}\n`;
}

function block(lines: readonly string[]): string {
  return ['---', ...lines, '...'].map((line) => `  ${line}\n`).join('');
}

/** A `#` would begin a directive, such as SKIP. */
function escape(text: string): string {
  return text.replaceAll(/\s+/g, ' ').replaceAll(/[\\#]/g, '\\$&');
}
