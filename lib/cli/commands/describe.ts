import { GantzError } from '../../contract/errors.ts';
import type { Tool } from '../../contract/manifest.ts';
import { printSuccess } from '../../contract/print.ts';
import { definitionOf } from '../../manifest/definition.ts';
import { renderPage } from '../../reference/page.ts';
import { loadCatalogue } from '../../run/open.ts';
import type { Catalogue } from '../../run/catalogue.ts';
import type { Define } from '../command.ts';
import { writeHelp } from '../help.ts';
import { suggestOperation } from '../suggestion.ts';

/** `gantz describe <tool>`: prints the parameters of a tool, an example and its result. Throws UNKNOWN_TOOL and FORBIDDEN. */
export const define: Define = (command, context) => {
  command
    .argument('<tool>', 'the name of a tool, or its group and operation')
    .argument('[operation]')
    .option('--json', 'print the definition as one JSON line')
    .action(async (name: string, operation: string | undefined, { json }: { json?: boolean }) => {
      const catalogue = await loadCatalogue(context);
      const tool = find(catalogue, operation === undefined ? name : `${name}_${operation}`);
      if (json) printSuccess(context.process, definitionOf(tool));
      else writeHelp(context.process, await renderPage(tool));
    });
};

function find(catalogue: Catalogue, name: string): Tool {
  try {
    return catalogue.find(name);
  } catch (error) {
    const isUnknown = error instanceof GantzError && error.code === 'UNKNOWN_TOOL';
    const hint = isUnknown ? suggestOperation(catalogue, 'describe', [name, undefined]) : undefined;
    throw hint === undefined || !isUnknown ? error : new GantzError('UNKNOWN_TOOL', error.message, { hint });
  }
}
