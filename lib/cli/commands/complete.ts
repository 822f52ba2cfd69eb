import { Command as Commander } from 'commander';
import { loadCatalogue } from '../../run/open.ts';
import type { CommandTable, Define } from '../command.ts';
import { candidates } from '../completion/candidates.ts';

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
        const catalogue = await loadCatalogue({ ...context, notice: () => undefined, muted: true });
        const define = async (name: string): Promise<Commander> => {
          const defined = new Commander(name);
          (await commands[name]?.load())?.(defined, context);
          return defined;
        };
        const found = await candidates(words, { commands, catalogue, define });
        const lines = found.map(({ word, description }) =>
          descriptions && description ? `${word}\t${description.replace(/\s+/g, ' ')}` : word,
        );
        if (lines.length > 0) context.process.stdout.write(`${lines.join('\n')}\n`);
      });
  };
}
