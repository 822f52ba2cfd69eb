import { foldName } from '../contract/names.ts';
import { GantzError } from '../contract/errors.ts';
import type { Tool } from '../contract/manifest.ts';
import { nearest } from '../contract/nearest.ts';
import type { Catalogue } from '../run/catalogue.ts';
import { loadCatalogue } from '../run/open.ts';
import type { CliContext } from './command.ts';
import { COMMANDS } from './commands.ts';

/**
 * Handles a first word that is neither a command nor followed by an operation. Prints the help of the group when `words`
 * begin with `--help` or `-h`. Throws USAGE otherwise, with the operations of the group or the nearest name as the hint,
 * and FORBIDDEN when none of the operations is allowed.
 */
export async function answerGroup(
  context: CliContext,
  group: string,
  words: readonly string[],
): Promise<void> {
  const catalogue = await loadCatalogue(context);
  const members = operationsOf(catalogue.tools, group);
  if (members.length === 0) throw noGroup(group, catalogue);
  if (words[0] === '--help' || words[0] === '-h') {
    const width = Math.max(...members.map(({ operation }) => operation.length));
    const lines = members.map(
      ({ operation, tool }) => `  gantz ${group} ${operation.padEnd(width)}  ${tool.description}`,
    );
    context.process.stdout.write(`${lines.join('\n')}\n`);
    return;
  }
  throw new GantzError('USAGE', `gantz ${group} needs an operation`, {
    hint: `Its operations are ${members.map(({ operation }) => operation).join(', ')}.`,
  });
}

function operationsOf(tools: readonly Tool[], group: string): { operation: string; tool: Tool }[] {
  const prefix = `${foldName(group)}_`;
  return tools
    .filter(({ name }) => foldName(name).startsWith(prefix))
    .map((tool) => ({ operation: tool.name.slice(prefix.length), tool }));
}

function noGroup(word: string, catalogue: Catalogue): GantzError {
  const { manifest, tools } = catalogue;
  const [hidden] = operationsOf(manifest.tools, word);
  const named = manifest.tools.find(({ name }) => name === word) ?? hidden?.tool;
  if (named) {
    // Throws FORBIDDEN when the policy does not allow the tool.
    catalogue.find(named.name);
    return new GantzError('USAGE', `${word} is a tool`, { hint: `Run it with: gantz call ${word}` });
  }
  const groups = new Set(tools.map(({ name }) => name.split(/[_-]/)[0] ?? name));
  const meant = nearest(word, [...Object.keys(COMMANDS), ...groups]);
  return new GantzError('USAGE', `There is no command or group of tools ${JSON.stringify(word)}`, {
    hint: meant
      ? `Did you mean gantz ${meant}?`
      : 'gantz --help lists the commands; gantz tools lists the tools.',
  });
}
