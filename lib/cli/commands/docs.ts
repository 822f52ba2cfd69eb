import { renderMarkdown } from '../../reference/markdown.ts';
import { loadCatalogue } from '../../run/open.ts';
import type { Define } from '../command.ts';

/** `gantz docs`: prints a Markdown page of the tools of the manifest. */
export const define: Define = (command, context) => {
  command.action(async () => {
    const { manifest, tools } = await loadCatalogue(context);
    context.process.stdout.write(renderMarkdown(manifest, tools));
  });
};
