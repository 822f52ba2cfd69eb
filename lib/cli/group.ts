import { foldName } from '../contract/names.ts';
import { GantzError } from '../contract/errors.ts';
import { nearest } from '../contract/nearest.ts';
import type { Catalogue } from '../run/catalogue.ts';
import { loadCatalogue } from '../run/open.ts';
import type { CliContext } from './command.ts';
import { COMMANDS } from './commands.ts';
import { writeHelp } from './help.ts';
import { operationsOf, operationNames } from './suggestion.ts';
import { runTool } from './run-tool.ts';

/**
 * Handles a first word that is neither a command nor followed by the name of an operation. Runs the tool of that name, or
 * prints the help of the group when `words` begin with `--help` or `-h`. Throws USAGE otherwise, with the operations of
 * the group or the nearest name in the hint, and FORBIDDEN when the policy allows neither the tool nor an operation.
 */
export async function runGroupOrTool(
  context: CliContext,
  name: string,
  words: readonly string[],
): Promise<void> {
  const catalogue = await loadCatalogue(context, name);
  const members = operationsOf(catalogue.tools, name);
  const isHelp = words[0] === '--help' || words[0] === '-h';
  const isTool = catalogue.manifest.tools.some((tool) => foldName(tool.name) === foldName(name));
  if (isTool) await runTool(context, name, words, catalogue);
  else if (members.length === 0) throw noGroup(name, catalogue);
  else if (!isHelp) {
    throw new GantzError('USAGE', `gantz ${name} needs an operation`, {
      hint: `Its operations are ${operationNames(members)}.`,
    });
  }
  if (!isHelp || members.length === 0) return;
  const width = Math.max(...members.map(({ operation }) => operation.length));
  const lines = members.map(
    ({ operation, tool }) => `  gantz ${name} ${operation.padEnd(width)}  ${tool.description}`,
  );
  writeHelp(context.process, `${lines.join('\n')}\n`);
}

/** Commands of other programs, with the option that is meant. */
const HABITS: Readonly<Record<string, string>> = { help: '--help', version: '--version' };

function noGroup(word: string, catalogue: Catalogue): GantzError {
  const { manifest, tools } = catalogue;
  const [hidden] = operationsOf(manifest.tools, word);
  // Throws FORBIDDEN when the policy does not allow the operations of the group.
  if (hidden) catalogue.find(hidden.tool.name);
  const groups = tools.flatMap(({ name }) => [name, name.split(/[_-]/)[0] ?? name]);
  const meant = HABITS[word] ?? nearest(word, [...Object.keys(COMMANDS), ...groups]);
  return new GantzError('USAGE', `There is no command or group of tools ${JSON.stringify(word)}`, {
    hint: meant
      ? `Did you mean gantz ${meant}?`
      : 'gantz --help lists the commands; gantz tools lists the tools.',
  });
}
