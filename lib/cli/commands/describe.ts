import { findTool } from '../../run/catalogue.ts';
import { answer } from '../../contract/print.ts';
import type { Define } from '../command.ts';
import { loadManifestOf } from '../../run/open.ts';
import { definitionOf } from '../../manifest/definition.ts';
import { renderPage } from '../../reference/page.ts';

/** `gantz describe <tool>`: its parameters, an example call and its result. */
export const define: Define = (command, context) => {
  command
    .argument('<tool>', 'the name of a tool, or its group and operation')
    .argument('[operation]')
    .option('--json', 'print the definition as one JSON line')
    .action(async (name: string, operation: string | undefined, { json }: { json?: boolean }) => {
      const tool = findTool(
        await loadManifestOf(context),
        operation === undefined ? name : `${name}_${operation}`,
      );
      if (json) answer(context.process, definitionOf(tool));
      else context.process.stdout.write(renderPage(tool));
    });
};
