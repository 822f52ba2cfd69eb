import { findTool } from '../../run/find-tool.ts';
import { answer } from '../answer.ts';
import type { Define } from '../../command/command.ts';
import { loadManifestOf } from '../../command/context.ts';
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
