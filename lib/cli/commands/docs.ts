import { renderMarkdown } from '../../reference/markdown.ts';
import { loadCatalogue } from '../../run/open.ts';
import type { Define } from '../command.ts';

/** `gantz docs`: a Markdown page of the manifest's tools. */
export const define: Define = (command, context) => {
  command.action(async () => {
    const { manifest, tools } = await loadCatalogue(context);
    context.process.stdout.write(renderMarkdown(manifest, tools));
  });
};
