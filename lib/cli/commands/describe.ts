import { printSuccess } from '../../contract/print.ts';
import { definitionOf } from '../../manifest/definition.ts';
import { renderPage } from '../../reference/page.ts';
import { loadCatalogue } from '../../run/open.ts';
import type { Define } from '../command.ts';

/** `gantz describe <tool>`: prints the parameters of a tool, an example and its result. Throws UNKNOWN_TOOL and FORBIDDEN. */
export const define: Define = (command, context) => {
  command
    .argument('<tool>', 'the name of a tool, or its group and operation')
    .argument('[operation]')
    .option('--json', 'print the definition as one JSON line')
    .action(async (name: string, operation: string | undefined, { json }: { json?: boolean }) => {
      const catalogue = await loadCatalogue(context);
      const tool = catalogue.find(operation === undefined ? name : `${name}_${operation}`);
      if (json) printSuccess(context.process, definitionOf(tool));
      else context.process.stdout.write(renderPage(tool));
    });
};
