import { Option } from 'commander';
import type { Define } from '../command.ts';
import { answer } from '../../contract/print.ts';
import { loadManifestOf, openRunnerOf } from '../../run/open.ts';
import type { Format } from '../../reference/definitions.ts';
import { renderTable } from '../table.ts';

const FORMAT_NAMES = [
  'openai',
  'anthropic',
  'mcp',
  'json-schema',
  'markdown',
] as const satisfies readonly Format[];

/** `gantz tools`: a table of the tools, or their definitions as JSON or as others want them. */
export const define: Define = (command, context) => {
  command
    .option('--json', 'print the definitions as one JSON line')
    .addOption(
      new Option('--format <name>', 'print the definitions as a framework takes them').choices(FORMAT_NAMES),
    )
    .action(async ({ json, format }: { json?: boolean; format?: Format }) => {
      const { process } = context;
      const manifest = await loadManifestOf(context);
      const { tools } = openRunnerOf(context, manifest, 'one-shot');
      if (format) {
        const { FORMATS } = await import('../../reference/definitions.ts');
        process.stdout.write(FORMATS[format](tools, manifest));
        return;
      }
      if (json) {
        answer(process, {
          tools: tools.map(({ name, description, inputSchema, outputSchema, annotations }) => ({
            name,
            description,
            inputSchema,
            outputSchema,
            annotations,
          })),
        });
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
