import type { Define } from '../command.ts';
import { loadManifestOf } from '../../run/open.ts';
import { renderTypes } from '../../reference/types.ts';

/** `gantz types`: TypeScript types of the parameters and results of the manifest's tools. */
export const define: Define = (command, context) => {
  command.action(
    async () => void context.process.stdout.write(renderTypes(await loadManifestOf(context), 'Tools')),
  );
};
