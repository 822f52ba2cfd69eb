import { BUILTIN } from '../../manifest/bundled.ts';
import { renderSkill } from '../../reference/skill.ts';
import { loadCatalogue } from '../../run/open.ts';
import type { Define } from '../command.ts';

/** `gantz skill`: prints instructions for an agent that calls the tools of the manifest through a shell. */
export const define: Define = (command, context) => {
  command.action(async () => {
    const { manifest, tools } = await loadCatalogue(context);
    const { name, description, file } = manifest;
    // The page names the manifest, because an agent may read it in any folder.
    const from = context.options.config === undefined && file === BUILTIN ? '' : ` -c ${quoteForShell(file)}`;
    context.process.stdout.write(
      renderSkill({
        name,
        ...(description !== undefined && { description }),
        tools,
        command: `gantz${from}`,
      }),
    );
  });
};

/** Quotes a word for a shell when it needs quotes. */
function quoteForShell(word: string): string {
  return /^[\w./:@-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
