import { renderTypes } from '../../reference/types.ts';
import { loadCatalogue } from '../../run/open.ts';
import type { Define } from '../command.ts';

/** `gantz types`: TypeScript types of the parameters and results of the manifest's tools. */
export const define: Define = (command, context) => {
  command.action(async () => {
    const { tools } = await loadCatalogue(context);
    context.process.stdout.write(renderTypes(tools, 'Tools'));
  });
};
