import type { Define } from '../command.ts';
import { loadManifestOf, openRunnerOf } from '../../run/open.ts';
import { BUILTIN } from '../../manifest/bundled.ts';
import { renderSkill } from '../../reference/skill.ts';

/** `gantz skill`: a page that teaches an agent with a shell to use the tools of the manifest. */
export const define: Define = (command, context) => {
  command.action(async () => {
    const manifest = await loadManifestOf(context);
    const { tools } = openRunnerOf(context, manifest, 'one-shot');
    const { name, description, file } = manifest;
    // Whoever reads the page may be in any folder.
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
