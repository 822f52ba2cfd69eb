import { CODES, explain, toGantzError } from '../../contract/errors.ts';
import type { Define } from '../command.ts';

/** `gantz mcp`: serves the tools on stdin and stdout, or prints the configuration with which a client starts it. */
export const define: Define = (command, context) => {
  command
    .option(
      '--print-config <client>',
      'print the entry for the configuration of claude-desktop, claude-code, cursor, vscode or codex',
    )
    .action(async ({ printConfig: client }: { printConfig?: string }) => {
      if (client !== undefined) {
        const { printConfig } = await import('../../mcp/print-config.ts');
        await printConfig(context, client);
        return;
      }
      context.surviveCrashes();
      try {
        const { serveStdio } = await import('../../mcp/stdio.ts');
        await serveStdio(context);
        context.process.exitCode = 0;
      } catch (thrown) {
        // stdout is reserved for the protocol, so the failure is written to stderr.
        context.notice(explain(thrown));
        context.process.exitCode = CODES[toGantzError(thrown).code].exit;
      }
    });
};
