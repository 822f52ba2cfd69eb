import { BUILTIN } from '../../manifest/bundled.ts';
import { renderSkill } from '../../reference/skill.ts';
import { loadCatalogue } from '../../run/open.ts';
import type { Define } from '../command.ts';

/** `gantz skill`: a page that teaches an agent with a shell to use the tools of the manifest. */
export const define: Define = (command, context) => {
  command.action(async () => {
    const { manifest, tools } = await loadCatalogue(context);
    const { name, description, file } = manifest;
    // The page may be read in any folder.
    const from = context.options.config === undefined && file === BUILTIN ? '' : ` -c ${quoted(file)}`;
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

function quoted(word: string): string {
  return /^[\w./:@-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
