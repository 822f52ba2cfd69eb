import { renderTypes } from '../../reference/types.ts';
import { loadCatalogue } from '../../run/open.ts';
import type { Define } from '../command.ts';

/** `gantz types`: prints TypeScript types of the parameters and results of the tools of the manifest. */
export const define: Define = (command, context) => {
  command.action(async () => {
    const { tools } = await loadCatalogue(context);
    context.process.stdout.write(renderTypes(tools, 'Tools'));
  });
};
