import type { Define } from '../command.ts';
import { loadManifestOf } from '../../run/open.ts';
import { renderMarkdown } from '../../reference/markdown.ts';

/** `gantz docs`: a Markdown page of the manifest's tools. */
export const define: Define = (command, context) => {
  command.action(
    async () => void context.process.stdout.write(renderMarkdown(await loadManifestOf(context))),
  );
};
