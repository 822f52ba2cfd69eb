import { Option } from 'commander';
import { renderEnvelope, success, type Result } from '../../contract/envelope.ts';
import type { Tool } from '../../contract/manifest.ts';
import { printSuccess } from '../../contract/print.ts';
import { definitionOf } from '../../manifest/definition.ts';
import type { Format } from '../../reference/definitions.ts';
import type { Catalogue } from '../../run/catalogue.ts';
import { loadCatalogue, renderCatalogue } from '../../run/open.ts';
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
      if (format) {
        const render = async ({ tools, manifest }: Catalogue): Promise<string> =>
          (await import('../../reference/definitions.ts')).FORMATS[format](tools, manifest);
        process.stdout.write(await renderCatalogue(context, format, render));
        return;
      }
      if (json && !process.stdout.isTTY) {
        const render = ({ tools }: Catalogue): string => renderEnvelope(success(definitionsOf(tools)));
        process.stdout.write(`${await renderCatalogue(context, 'json', render)}\n`);
        process.exitCode = 0;
        return;
      }
      const { tools } = await loadCatalogue(context);
      if (json) {
        printSuccess(process, definitionsOf(tools));
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

function definitionsOf(tools: readonly Tool[]): Result {
  return { tools: tools.map(definitionOf) };
}
