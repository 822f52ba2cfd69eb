import { nearest } from '../../nearest.ts';
import { error, warn, type Problems } from '../yaml/problems.ts';
import { MEANT, type Keys } from '../keys.ts';
import { describe, isNull, type Entry, type Mapping, type Node } from '../yaml/node.ts';

/** The members of an object that its table of keys knows. */
export type Fields<Table extends Keys> = { readonly [Name in keyof Table]?: Node };

/** A node that must be a map; `what` begins the sentence that says so. */
export function asMap(problems: Problems, node: Node, what: string, hint?: string): Mapping | undefined {
  if (node.kind === 'map') return node;
  error(problems, node.at, `${what} must be a map, not ${describe(node)}`, hint);
}

/** The known members of a map; each unknown key is a warning with the key that was probably meant. */
export function readFields<Table extends Keys>(
  problems: Problems,
  { entries }: Mapping,
  table: Table,
  what: string,
): Fields<Table> {
  const known: [string, Node][] = [];
  for (const entry of entries) {
    const key = Object.hasOwn(table, entry.key) ? table[entry.key] : undefined;
    if (!key) warnUnknown(problems, entry, table, what);
    else if (key.kind === 'any' || !isNull(entry.value)) known.push([entry.key, entry.value]);
  }
  return Object.fromEntries(known) as Fields<Table>;
}

function warnUnknown(problems: Problems, { key, keyAt, value }: Entry, table: Keys, what: string): void {
  // Room for notes and YAML anchors, in JSON Schema as in compose files.
  if (key.startsWith('x-') || key.startsWith('.')) return;
  // `{ description: one, two }`: YAML ends the text at the comma and takes the rest for a key.
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
        : `It knows ${names.join(', ')}.`;
  const subject = what === 'gantz.yaml' ? what : `${what.charAt(0).toUpperCase()}${what.slice(1)}`;
  warn(problems, keyAt, `${subject} has no key ${JSON.stringify(key)}; it has no effect`, hint);
}

/** Whether what was meant is, or begins with, a key of this table. */
function isOf(table: Keys, meant: string): boolean {
  return Object.hasOwn(table, /^\w*/.exec(meant)?.[0] ?? '');
}
