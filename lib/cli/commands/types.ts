import type { Define } from '../../command/command.ts';
import { loadManifestOf } from '../../command/context.ts';
import { renderTypes } from '../../reference/types.ts';

/** `gantz types`: TypeScript types of the parameters and results of the manifest's tools. */
export const define: Define = (command, context) => {
  command.action(
    async () => void context.process.stdout.write(renderTypes(await loadManifestOf(context), 'Tools')),
  );
};
