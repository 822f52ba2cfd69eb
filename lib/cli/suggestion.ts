import type { Tool } from '../contract/manifest.ts';
import { flagOf, foldName } from '../contract/names.ts';
import type { Catalogue } from '../run/catalogue.ts';

/** Values that are longer than this are not repeated in a hint. */
const LONGEST = 60;

/**
 * Returns a hint that writes the words after the name of a tool as flags: `a` and `key=a` as `--key a`. `given` holds the
 * parameters that other flags have set.
 */
export function suggestFlags(
  tool: Tool,
  words: readonly string[],
  given: ReadonlyMap<string, unknown>,
): string {
  const { properties, required } = tool.inputSchema;
  const names = Object.keys(properties);
  // A word without a name is probably the value of a required parameter.
  const free = [...required, ...names.filter((name) => !required.includes(name))].filter(
    (name) => !given.has(name),
  );
  const flags = words.map((word) => {
    const [, left = '', value = ''] = /^([\w-]+)=(.*)$/s.exec(word) ?? [];
    const named = names.find((name) => foldName(name) === foldName(left));
    const name = named ?? free[0];
    if (name === undefined) return undefined;
    if (free.includes(name)) free.splice(free.indexOf(name), 1);
    return `${flagOf(name)} ${quoteForShell(named === undefined ? word : value)}`;
  });
  return flags.includes(undefined)
    ? `Write the parameters as JSON, '{"name":"value"}', or as flags, --name value.`
    : `Did you mean ${flags.join(' ')}? Parameters are flags or one JSON object.`;
}

function quoteForShell(word: string): string {
  if (word.length > LONGEST) return '<value>';
  return /^[\w./:@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/**
 * Returns the hint for the unknown tool `name` of `gantz call` and `gantz describe` when it is a group of tools. `next` is
 * the word after it. Returns undefined when it is not a group.
 */
export function suggestOperation(
  catalogue: Catalogue,
  command: string,
  [name, next]: readonly [string, string | undefined],
): string | undefined {
  const members = operationsOf(catalogue.tools, name);
  if (members.length === 0) return undefined;
  const meant = members.find(({ operation }) => foldName(operation) === foldName(next ?? ''));
  return meant
    ? `Did you mean gantz ${command} ${meant.tool.name}?`
    : `${name} is a group of tools. Its operations are ${operationNames(members)}: gantz ${command} ${members[0]?.tool.name ?? ''}.`;
}

/** An operation of a group, with its tool. */
type Member = { operation: string; tool: Tool };

/** Returns the names of operations, joined for a sentence. */
export function operationNames(members: readonly Member[]): string {
  return members.map(({ operation }) => operation).join(', ');
}

/** Returns the operations of a group. */
export function operationsOf(tools: readonly Tool[], group: string): Member[] {
  const prefix = `${foldName(group)}_`;
  return tools
    .filter(({ name }) => foldName(name).startsWith(prefix))
    .map((tool) => ({ operation: tool.name.slice(prefix.length), tool }));
}
