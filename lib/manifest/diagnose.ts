import path from 'node:path';
import { GantzError } from '../contract/errors.ts';
import type { Problem } from '../contract/manifest.ts';

// How many characters of a long line are shown before and after the column.
const BEFORE = 60;
const AFTER = 60;

/**
 * Renders a problem for a terminal: `file:line:col: error: message`, the line, a caret below the column, the hint.
 * A file below the working directory is named relative to it.
 */
export function describeProblem(problem: Problem): string {
  const { severity, message, hint } = problem;
  return [
    `${place(problem)}: ${severity}: ${message}`,
    ...describeSource(problem).map((line) => `  ${line}`),
    ...(hint === undefined ? [] : [`  ${hint}`]),
  ].join('\n');
}

/** Returns the part of the line around a problem with its number, and a line with a caret below the column. */
export function describeSource(problem: Pick<Problem, 'line' | 'column' | 'source'>): [string, string] {
  const number = String(problem.line);
  const { text, caret } = excerpt(problem);
  return [`${number} | ${text}`, `${' '.repeat(number.length)} | ${' '.repeat(caret)}^`];
}

/** Renders `file:line:col`; a file below the working directory is named relative to it. */
function place({ file, line, column }: Problem): string {
  return `${shortPath(file)}:${line}:${column}`;
}

/** Returns MANIFEST_INVALID with the first error in its message and all problems in its fields. */
export function invalidManifest(problems: readonly Problem[]): GantzError {
  const errors = problems.filter(({ severity }) => severity === 'error');
  const [first] = errors;
  const more = errors.length - 1;
  return new GantzError('MANIFEST_INVALID', first ? describeProblem(first) : 'The manifest is invalid', {
    hint:
      more > 0
        ? `There are ${more} more errors. \`gantz validate\` prints all of them.`
        : (first?.hint ?? 'Run `gantz validate`.'),
    fields: { problems },
  });
}

/** Sorts problems by their places, file by file. */
export function sortProblems(problems: readonly Problem[]): Problem[] {
  const order = new Map<string, number>();
  for (const { file } of problems) if (!order.has(file)) order.set(file, order.size);
  return problems.toSorted(
    (a, b) => (order.get(a.file) ?? 0) - (order.get(b.file) ?? 0) || a.line - b.line || a.column - b.column,
  );
}

function shortPath(file: string): string {
  if (!path.isAbsolute(file)) return file;
  const relative = path.relative(process.cwd(), file);
  return relative === '' || relative.startsWith('..') ? file : relative;
}

/** Returns the part of the line around the column, made printable, and the number of terminal cells before the caret. */
function excerpt({ source, column }: Pick<Problem, 'column' | 'source'>): { text: string; caret: number } {
  const from = Math.max(0, column - 1 - BEFORE);
  const to = column - 1 + AFTER;
  const before = `${from > 0 ? '…' : ''}${printable(source.slice(from, column - 1))}`;
  const after = `${printable(source.slice(column - 1, to))}${to < source.length ? '…' : ''}`;
  return { text: `${before}${after}`.trimEnd(), caret: width(before) };
}

/** Replaces each tab by one space, so that the caret is at the right cell, and other control characters by a dot. */
function printable(text: string): string {
  return text
    .replaceAll('\t', ' ')
    .replace(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, '·')
    .toWellFormed();
}

const WIDE =
  /^[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;

/** Returns the number of terminal cells of a text: most East Asian characters and emoji take two. */
function width(text: string): number {
  if (/^[\u0000-\u007f]*$/.test(text)) return text.length;
  let cells = 0;
  for (const { segment } of new Intl.Segmenter().segment(text)) cells += WIDE.test(segment) ? 2 : 1;
  return cells;
}
