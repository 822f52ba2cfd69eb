import { isMisspelling, nearest } from '../../contract/nearest.ts';
import { error, warn, type Problems } from '../yaml/problems.ts';
import type { Keys } from '../keys.ts';
import { MEANT } from '../meant.ts';
import { describe, isNull, type Entry, type Mapping, type Node } from '../yaml/node.ts';
import { readJson } from './values.ts';

/** The values of a map by key, for the keys of a table. */
export type Fields<Table extends Keys> = { readonly [Name in keyof Table]?: Node };

/** Returns a node that is a map, or reports an error that begins with `what`. */
export function asMap(problems: Problems, node: Node, what: string, hint?: string): Mapping | undefined {
  if (node.kind === 'map') return node;
  error(problems, node.at, `${what} must be a map, not ${describe(node)}`, hint);
}

/**
 * Returns the members of a map whose keys are in the table; reports a warning for each other key, and an error for a wrong spelling of
 * one in `important`, without which the tool must not run.
 */
export function readFields<Table extends Keys>(
  problems: Problems,
  { entries }: Mapping,
  table: Table,
  what: string,
  important: readonly string[] = [],
): Fields<Table> {
  const known: [string, Node][] = [];
  for (const entry of entries) {
    const key = Object.hasOwn(table, entry.key) ? table[entry.key] : undefined;
    if (!key) reportUnknown(problems, entry, table, what, important);
    else if (key.kind === 'any' || !isNull(entry.value)) known.push([entry.key, entry.value]);
  }
  return Object.fromEntries(known) as Fields<Table>;
}

/** Returns true for a key that holds a note or a YAML anchor, as in files of Docker Compose. */
function isExtension(key: string): boolean {
  return key.startsWith('x-') || key.startsWith('.');
}

/** Returns the members of a schema that are extensions of JSON Schema: `x-order`. They are data of any kind. */
export function readExtensions(problems: Problems, { entries }: Mapping): [string, unknown][] {
  return entries.flatMap(({ key, value }) =>
    key.startsWith('x-') ? [[key, readJson(problems, value)]] : [],
  );
}

function reportUnknown(
  problems: Problems,
  { key, keyAt, value }: Entry,
  table: Keys,
  what: string,
  important: readonly string[],
): void {
  if (isExtension(key)) return;
  // In `{ description: one, two }` YAML ends the text at the comma and reads `two` as a key.
  if (isNull(value) && key.includes(' ')) {
    warn(
      problems,
      keyAt,
      `Inside { } an unquoted text ends at a comma; ${JSON.stringify(key)} is lost`,
      'Put the whole text in quotes.',
    );
    return;
  }
  const names = Object.keys(table);
  const meant = Object.hasOwn(MEANT, key) ? MEANT[key]?.find((word) => isOf(table, word)) : undefined;
  const guess = meant ?? nearest(key, names);
  const hint =
    guess !== undefined
      ? `Did you mean \`${guess}\`?`
      : names.length > 15
        ? undefined
        : `The keys are ${names.join(', ')}.`;
  const text = `${subjectOf(what)} has no key ${JSON.stringify(key)}`;
  if (meant === undefined && guess !== undefined && important.includes(guess) && isMisspelling(key, guess))
    error(problems, keyAt, text, hint);
  else warn(problems, keyAt, `${text}; it has no effect`, hint);
}

/** Returns what a sentence begins with: `gantz.yaml`, a key in backticks, or words such as `The parameter "a"`. */
function subjectOf(what: string): string {
  if (what === 'gantz.yaml') return what;
  return /^[a-z_]+$/.test(what) ? `\`${what}\`` : `${what.charAt(0).toUpperCase()}${what.slice(1)}`;
}

/** Returns true when a suggestion is, or begins with, a key of the table. */
function isOf(table: Keys, meant: string): boolean {
  return Object.hasOwn(table, /^[$\w]*/.exec(meant)?.[0] ?? '');
}
