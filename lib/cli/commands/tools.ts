import type { Define } from '../../command/command.ts';
import { answer } from '../answer.ts';
import { loadManifestOf, openRunnerOf } from '../../command/context.ts';
import { renderTable } from '../table.ts';

/** `gantz tools`: a table of the tools, or their definitions as JSON. */
export const define: Define = (command, context) => {
  command
    .option('--json', 'print the definitions as one JSON line')
    .action(async ({ json }: { json?: boolean }) => {
      const { process } = context;
      const { tools } = openRunnerOf(context, await loadManifestOf(context), 'one-shot');
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
