import { flagOf, foldName } from '../../contract/names.ts';
import { GantzError } from '../../contract/errors.ts';
import type { JsonSchema, Tool } from '../../contract/manifest.ts';
import { typesOf } from '../../parameters/convert.ts';
import type { Commands } from '../command.ts';
import { COMMAND_LINE_OPTIONS, splitOptions } from '../options.ts';

/** Returns the completions of the last word. `words` are those after `gantz`. */
export function candidates(words: readonly string[], commands: Commands, tools: readonly Tool[]): string[] {
  const partial = words.at(-1) ?? '';
  const before = commandWords(words.slice(0, -1));
  const all = before === undefined ? [] : candidatesAfter(before, partial, commands, tools);
  return [...new Set(all)].filter((candidate) => candidate.startsWith(partial));
}

/** Returns the words without the global options, or undefined when the value of an option is missing or wrong. */
function commandWords(words: readonly string[]): string[] | undefined {
  try {
    return splitOptions(words).rest;
  } catch (error) {
    if (error instanceof GantzError) return undefined;
    throw error;
  }
}

function candidatesAfter(
  before: readonly string[],
  partial: string,
  commands: Commands,
  tools: readonly Tool[],
): string[] {
  const [first, second, ...rest] = before;
  if (first === undefined) {
    if (partial.startsWith('-')) return COMMAND_LINE_OPTIONS.map(({ flag }) => flag);
    return [...Object.keys(commands).filter((name) => !commands[name]?.hidden), ...tools.flatMap(groupsOf)];
  }
  const command = Object.hasOwn(commands, first) ? commands[first] : undefined;
  if (command?.takesTool || first === 'describe') {
    if (second === undefined) return tools.map(({ name }) => name);
    return parameterCandidates(
      tools.find(({ name }) => name === second),
      rest,
    );
  }
  if (command) return [];
  if (second === undefined)
    return tools.flatMap(({ name }) =>
      name.startsWith(`${foldName(first)}_`) ? [name.slice(first.length + 1)] : [],
    );
  return parameterCandidates(
    tools.find(({ name }) => name === foldName(`${first}_${second}`)),
    rest,
  );
}

/** Returns every word that can stand before an operation of the tool: `rate` and `rate_limit` for `rate_limit_check`. */
function groupsOf({ name }: Tool): string[] {
  const parts = name.split('_');
  return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join('_'));
}

function parameterCandidates(tool: Tool | undefined, given: readonly string[]): string[] {
  if (!tool) return [];
  const { properties } = tool.inputSchema;
  const names = Object.keys(properties);
  const last = given.at(-1);
  const current = names.find((name) => last === flagOf(name));
  const values = current === undefined ? [] : valuesOf(properties[current] ?? {});
  if (values.length > 0) return values;
  return names.flatMap((name) => {
    const boolean = typesOf(properties[name] ?? {}).includes('boolean');
    return boolean ? [flagOf(name), flagOf(`no-${name}`)] : [flagOf(name)];
  });
}

function valuesOf(schema: JsonSchema): string[] {
  return Array.isArray(schema['enum']) ? schema['enum'].filter((value) => typeof value === 'string') : [];
}
