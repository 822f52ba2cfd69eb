import { Option } from 'commander';
import { printSuccess } from '../../contract/print.ts';
import { definitionOf } from '../../manifest/definition.ts';
import type { Format } from '../../reference/definitions.ts';
import { loadCatalogue } from '../../run/open.ts';
import type { Define } from '../command.ts';
import { renderTable } from '../table.ts';

const FORMAT_NAMES = [
  'openai',
  'anthropic',
  'mcp',
  'json-schema',
  'markdown',
] as const satisfies readonly Format[];

/** `gantz tools`: prints a table of the tools, or their definitions as JSON or in the format of a framework. */
export const define: Define = (command, context) => {
  command
    .option('--json', 'print the definitions as one JSON line')
    .addOption(
      new Option('--format <name>', 'print the definitions in the format of a framework').choices(
        FORMAT_NAMES,
      ),
    )
    .action(async ({ json, format }: { json?: boolean; format?: Format }) => {
      const { process } = context;
      const { manifest, tools } = await loadCatalogue(context);
      if (format) {
        const { FORMATS } = await import('../../reference/definitions.ts');
        process.stdout.write(FORMATS[format](tools, manifest));
        return;
      }
      if (json) {
        printSuccess(process, { tools: tools.map(definitionOf) });
        return;
      }
      const rows = tools.map(({ name, description }) => [name, description] as const);
      process.stdout.write(
        renderTable(
          ['TOOL', 'WHAT IT DOES'],
          rows,
          process.stdout.isTTY ? process.stdout.columns : undefined,
        ),
      );
    });
};
