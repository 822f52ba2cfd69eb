import { findTool } from '../../run/find-tool.ts';
import { answer } from '../answer.ts';
import type { Define } from '../../command/command.ts';
import { loadManifestOf } from '../../command/context.ts';
import { describeTool } from '../describe-tool.ts';

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
      if (json) {
        const { description, inputSchema, outputSchema, annotations } = tool;
        answer(context.process, { name: tool.name, description, inputSchema, outputSchema, annotations });
      } else context.process.stdout.write(describeTool(tool));
    });
};
