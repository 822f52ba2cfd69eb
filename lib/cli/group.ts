import { GantzError } from '../errors.ts';
import type { Tool } from '../manifest/manifest.ts';
import { nearest } from '../nearest.ts';
import { loadManifestOf, type Context } from '../run/open.ts';
import type { Commands } from './command.ts';

/** Answers a first word that is no command and has no operation after it: help of a group, or what was probably meant. */
export async function answerGroup(
  context: Context,
  group: string,
  words: readonly string[],
  commands: Commands,
): Promise<void> {
  const { tools } = await loadManifestOf(context);
  const members = operationsOf(tools, group);
  if (members.length === 0) throw unknownWord(group, tools, commands);
  if (words[0] === '--help' || words[0] === '-h') {
    const width = Math.max(...members.map(({ operation }) => operation.length));
    const lines = members.map(
      ({ operation, tool }) => `  gantz ${group} ${operation.padEnd(width)}  ${tool.description}`,
    );
    context.process.stdout.write(`${lines.join('\n')}\n`);
    return;
  }
  throw new GantzError('USAGE', `gantz ${group} needs an operation`, {
    hint: `There are ${members.map(({ operation }) => operation).join(', ')}.`,
  });
}

function operationsOf(tools: readonly Tool[], group: string): { operation: string; tool: Tool }[] {
  const prefix = `${group.replaceAll('-', '_')}_`;
  return tools
    .filter(({ name }) => name.replaceAll('-', '_').startsWith(prefix))
    .map((tool) => ({ operation: tool.name.slice(prefix.length), tool }));
}

function unknownWord(word: string, tools: readonly Tool[], commands: Commands): GantzError {
  if (tools.some(({ name }) => name === word)) {
    return new GantzError('USAGE', `${word} is a tool`, { hint: `Run it with: gantz call ${word}` });
  }
  const groups = new Set(tools.map(({ name }) => name.split(/[_-]/)[0] ?? name));
  const meant = nearest(word, [...Object.keys(commands), ...groups]);
  return new GantzError('USAGE', `There is no command or group of tools ${JSON.stringify(word)}`, {
    hint: meant ? `Did you mean gantz ${meant}?` : 'gantz --help lists the commands, gantz tools the tools.',
  });
}
