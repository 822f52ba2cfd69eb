import { Command as Commander } from 'commander';
import { GantzError } from '../../contract/errors.ts';
import { escapeControls } from '../../contract/terminal.ts';
import { loadCatalogue } from '../../run/open.ts';
import type { CommandTable, Define } from '../command.ts';
import { candidates } from '../completion/candidates.ts';
import { splitOptions, type CommandLineOptions } from '../options.ts';

/**
 * `gantz complete -- <words>`: prints the completions of the last word, one per line. The scripts of `gantz completion` call
 * it. With `--descriptions`, a tab and a description follow each.
 */
export function defineComplete(commands: CommandTable): Define {
  return (command, context) => {
    command
      .argument('[words...]')
      .option('--descriptions', 'print a tab and the description after each completion')
      .action(async (words: string[], { descriptions = false }: { descriptions?: boolean }) => {
        const options = optionsAmong(words.slice(0, -1), context.options);
        const catalogue = await loadCatalogue({ ...context, options, notice: () => undefined, muted: true });
        const define = async (name: string): Promise<Commander> => {
          const defined = new Commander(name);
          (await commands[name]?.load())?.(defined, context);
          return defined;
        };
        const found = await candidates(words, { commands, catalogue, define });
        const lines = found.map(({ word, description }) =>
          descriptions && description ? `${word}\t${description.replace(/\s+/g, ' ')}` : word,
        );
        // The shell reads them from a pipe and shows them on a terminal.
        if (lines.length > 0) context.process.stdout.write(escapeControls(`${lines.join('\n')}\n`));
      });
  };
}

/** Returns the options of the command line with those among the words to complete. A wrong one and those after it have no effect. */
function optionsAmong(words: readonly string[], given: CommandLineOptions): CommandLineOptions {
  const options = { ...given };
  try {
    splitOptions(words, options);
  } catch (error) {
    if (!(error instanceof GantzError)) throw error;
  }
  return options;
}
