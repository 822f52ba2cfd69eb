import type { Word } from './word.ts';
import type { Reading } from './reading.ts';

const ASSIGNS = /^([A-Za-z_]\w*)(?:\[[^=]*\]|\[.*?\])?\+?=/s;

/** Whether a word, or the beginning of one, assigns to a variable. */
export function isAssignment(written: string): boolean {
  return ASSIGNS.test(written);
}

/** Follows what a word assigns: placeholders, the values of other variables, what comes through a pipe. */
export function followAssignment({ cursor, flow, scope, pipelines }: Reading, word: Word): void {
  const { raw, from, to } = word;
  const [, name = ''] = ASSIGNS.exec(raw) ?? [];
  flow.assigns(name, scope.input(word));
  if (/^\w+\+?=\(/.test(raw)) flow.evaluated.add(`${name}()`);
  const [, first = ''] = /^\w+=\(\s*["']?(.)/s.exec(raw) ?? [];
  if (cursor.isHole(first)) flow.assigns(`${name}[0]`, { from, to, names: [] });
  // A value that is a name is followed where it is evaluated as a number or as a name.
  const value = raw.slice(raw.indexOf('=') + 1);
  if (/^[A-Za-z_]\w*$/.test(value)) flow.copies(name, [value]);
  if (pipelines.piped && /\$\(|`/.test(raw)) flow.assigns(name, pipelines.input(from));
}

/** What the whole script assigns to a variable, as far as it is plain text. */
export function assignedIn(
  script: string,
  name: string,
  hasHole: (text: string) => boolean,
): (string | undefined)[] {
  const assignment = new RegExp(
    `(?<![\\w$])${name}:?\\+?=(?:"([^"\\\\$\`]*)"|'([^']*)'|([^\\s;&|(){}<>"'\\\\$\`]*))(.?)`,
    'gs',
  );
  return Array.from(script.matchAll(assignment), ([, double, single, bare, after = '']) => {
    const value = double ?? single ?? bare ?? '';
    return /^[\s;&|)}]?$/.test(after) && !hasHole(value) ? value : undefined;
  });
}
