import type { TestResult } from './run.ts';

/** Renders the result of one test for a person: a line, then the failures and what was printed if the test failed. */
export function renderText({ tool, name, milliseconds, failures, printed }: TestResult): string {
  const failed = failures.length > 0;
  const lines = [
    `${failed ? 'FAIL' : 'ok  '} ${tool}: ${name} (${milliseconds} ms)`,
    ...failures.map((failure) => `     ${failure}`),
    ...(failed ? linesOf(printed).map((line) => `     | ${line}`) : []),
  ];
  return `${lines.join('\n')}\n`;
}

function linesOf(text: string): string[] {
  return text === '' ? [] : text.replace(/\n$/, '').split('\n');
}
