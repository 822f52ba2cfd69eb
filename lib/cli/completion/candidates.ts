import type { Command as CommanderCommand } from 'commander';
import { flagOf, foldName } from '../../contract/names.ts';
import { GantzError } from '../../contract/errors.ts';
import type { JsonSchema, Tool } from '../../contract/manifest.ts';
import { typesOf } from '../../parameters/convert.ts';
import type { Catalogue } from '../../run/catalogue.ts';
import type { CommandTable } from '../command.ts';
import { COMMAND_LINE_OPTIONS, isOnlyForCalls, splitOptions } from '../options.ts';

/** A completion of a word, with a description for shells that show one. */
export type Candidate = { word: string; description?: string };

/** What completions are made of. `define` returns the definition of a built-in command. */
export type Sources = {
  commands: CommandTable;
  catalogue: Catalogue;
  define: (name: string) => Promise<CommanderCommand>;
};

/** Returns the completions of the last word. `words` are those after `gantz`. */
export async function candidates(words: readonly string[], sources: Sources): Promise<Candidate[]> {
  const partial = words.at(-1) ?? '';
  const before = words.slice(0, -1);
  const [, flag, value] = /^(--[^=]+)=(.*)$/.exec(partial) ?? [];
  if (flag !== undefined && value !== undefined) {
    const values = isSwitch(flag) ? [] : await candidates([...before, flag, value], sources);
    return values
      .filter(({ word }) => !word.startsWith('-'))
      .map((candidate) => ({ ...candidate, word: `${flag}=${candidate.word}` }));
  }
  const rest = commandWords(before);
  const all = rest ? await candidatesAfter(rest, partial, sources) : valuesOfGlobal(before, partial, sources);
  const unique = new Map(all.map((candidate) => [candidate.word, candidate]));
  return [...unique.values()].filter(({ word }) => word.startsWith(partial));
}

/** Returns true for a global option without a value. */
function isSwitch(word: string): boolean {
  return COMMAND_LINE_OPTIONS.some(({ flag, value }) => flag === word && value === undefined);
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

/** Returns the values of the global option that is the last of the words. `--tools` takes several names, with commas. */
function valuesOfGlobal(
  before: readonly string[],
  partial: string,
  { catalogue }: Pick<Sources, 'catalogue'>,
): Candidate[] {
  switch (before.at(-1)) {
    case '--tools': {
      const start = partial.slice(0, partial.lastIndexOf(',') + 1);
      return catalogue.tools.map(({ name, description }) => ({ word: `${start}${name}`, description }));
    }
    case '--toolset':
      return Object.keys(catalogue.manifest.toolsets).map((word) => ({ word }));
    default:
      return [];
  }
}

const GLOBALS: readonly Candidate[] = COMMAND_LINE_OPTIONS.map(({ flag, description }) => ({
  word: flag,
  description,
}));

async function candidatesAfter(
  before: readonly string[],
  partial: string,
  { commands, catalogue, define }: Sources,
): Promise<Candidate[]> {
  const { tools } = catalogue;
  const [first, second, ...rest] = before;
  if (first === undefined) {
    if (partial.startsWith('-')) return [...GLOBALS];
    const builtIn = Object.entries(commands).filter(([, { hidden }]) => !hidden);
    return [
      ...builtIn.map(([word, { summary }]) => ({ word, description: summary })),
      ...tools.flatMap((tool) =>
        groupsOf(tool)
          // cache_get is a tool, so it is not listed as the group of cache_get_many too.
          .filter((word) => !tools.some(({ name }) => name === word))
          .map((word) => ({ word, description: `tools: ${word}` })),
      ),
      ...tools
        .filter(({ name }) => groupsOf({ name }).length === 0)
        .map(({ name, description }) => ({ word: name, description })),
    ];
  }
  const command = Object.hasOwn(commands, first) ? commands[first] : undefined;
  if (command?.takesTool || first === 'describe' || first === 'cache-clear') {
    if (second === undefined && !partial.startsWith('-'))
      return tools.map(({ name, description }) => ({ word: name, description }));
    const tool = tools.find(({ name }) => name === second);
    if (tool) return parameterCandidates(tool, rest);
  }
  if (command) {
    const values = valuesOfGlobal(before, partial, { catalogue });
    return values.length > 0 ? values : commandCandidates(await define(first), before.slice(1), partial);
  }
  const own = tools.find(({ name }) => foldName(name) === foldName(first));
  const operations = tools
    .filter(({ name }) => foldName(name).startsWith(`${foldName(first)}_`))
    .map(({ name, description }) => ({ word: name.slice(first.length + 1), description }));
  if (second === undefined) return [...operations, ...(own ? parameterCandidates(own, []) : [])];
  const tool = tools.find(({ name }) => foldName(name) === foldName(`${first}_${second}`));
  if (tool) return parameterCandidates(tool, rest);
  return own ? parameterCandidates(own, before.slice(1)) : [];
}

/** Returns the options, subcommands and argument values of a built-in command, or the values of its option that is the last word. */
function commandCandidates(
  command: CommanderCommand,
  given: readonly string[],
  partial: string,
): Candidate[] {
  const subcommand = command.commands.find((sub) => sub.name() === given[0]);
  if (subcommand) return commandCandidates(subcommand, given.slice(1), partial);
  const option = command.options.find(({ long }) => long === given.at(-1));
  if (option?.required) return (option.argChoices ?? []).map((word) => ({ word }));
  if (partial.startsWith('-')) {
    const options = command.options.map(({ long, description }) => ({ word: long ?? '', description }));
    return [
      ...options,
      ...GLOBALS.filter(({ word }) => !['--follow', '--version'].includes(word) && !isOnlyForCalls(word)),
    ];
  }
  if (given.some((word) => !word.startsWith('-'))) return [];
  return [
    ...command.commands.map((sub) => ({ word: sub.name(), description: sub.description() })),
    ...(command.registeredArguments[0]?.argChoices ?? []).map((word) => ({ word })),
  ];
}

/** Returns every word that can stand before an operation of the tool: `rate` and `rate_limit` for `rate_limit_check`. */
function groupsOf({ name }: Pick<Tool, 'name'>): string[] {
  const parts = name.split('_');
  return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join('_'));
}

function parameterCandidates(tool: Tool, given: readonly string[]): Candidate[] {
  const { properties } = tool.inputSchema;
  const names = Object.keys(properties);
  const last = given.at(-1);
  const current = names.find((name) => last === flagOf(name));
  const values = current === undefined ? [] : valuesOf(properties[current] ?? {});
  if (values.length > 0) return values.map((word) => ({ word }));
  return names.flatMap((name) => {
    const schema = properties[name] ?? {};
    const description = typeof schema['description'] === 'string' ? schema['description'] : '';
    const flags = typesOf(schema).includes('boolean') ? [flagOf(name), flagOf(`no-${name}`)] : [flagOf(name)];
    return flags.map((word) => ({ word, description }));
  });
}

function valuesOf(schema: JsonSchema): string[] {
  return Array.isArray(schema['enum']) ? schema['enum'].filter((value) => typeof value === 'string') : [];
}
