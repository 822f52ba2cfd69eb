import { Command as Commander } from 'commander';
import { GantzError } from '../../contract/errors.ts';
import { escapeControls } from '../../contract/terminal.ts';
import type { Catalogue } from '../../run/catalogue.ts';
import { loadCatalogue } from '../../run/open.ts';
import type { CliContext, CommandTable, Define } from '../command.ts';
import { candidates } from '../completion/candidates.ts';
import { splitOptions } from '../options.ts';

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
        const catalogue = await loadSilently(context, words.slice(0, -1));
        if (!catalogue) return;
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

/** Loads the catalogue that the options among the words select. Returns undefined when that fails: a shell shows no failures. */
async function loadSilently(context: CliContext, words: readonly string[]): Promise<Catalogue | undefined> {
  const options = { ...context.options };
  try {
    splitOptions(words, options);
  } catch (error) {
    // The options before a wrong one are set.
    if (!(error instanceof GantzError)) throw error;
  }
  try {
    return await loadCatalogue({ ...context, options, notice: () => undefined, muted: true });
  } catch (error) {
    if (error instanceof GantzError) return undefined;
    throw error;
  }
}
