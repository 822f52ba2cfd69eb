import { loadCatalogue } from '../../run/open.ts';
import type { Commands, Define } from '../command.ts';
import { candidates } from '../completion/candidates.ts';

/** `gantz complete -- <words>`: prints the completions of the last word, one per line. The scripts of `gantz completion` call it. */
export function defineComplete(commands: Commands): Define {
  return (command, context) => {
    command.argument('[words...]').action(async (words: string[]) => {
      const { tools } = await loadCatalogue({ ...context, notice: () => undefined, muted: true });
      const found = candidates(words, commands, tools);
      if (found.length > 0) context.process.stdout.write(`${found.join('\n')}\n`);
    });
  };
}
