import { CODES, explain, toGantzError } from '../../contract/errors.ts';
import { Option } from 'commander';
import { CLIENT_NAMES } from '../../mcp/print-config.ts';
import type { Define } from '../command.ts';
import { TELEMETRY_HELP } from '../telemetry-help.ts';

type McpFlags = { printConfig?: string; discover?: boolean };

/** `gantz mcp`: serves the tools on stdin and stdout, or prints the configuration with which a client starts it. */
export const define: Define = (command, context) => {
  const printConfig = new Option('--print-config <client>', 'print the configuration of a client');
  // Set for help and completion only. printConfig of lib/mcp refuses other names, with the nearest in the hint.
  printConfig.argChoices = [...CLIENT_NAMES];
  command
    .option('--discover', 'list three tools, which search, describe and call the others')
    .addOption(printConfig)
    .addHelpText('after', TELEMETRY_HELP)
    .action(async ({ printConfig: client, discover = false }: McpFlags) => {
      if (client !== undefined) {
        const { printConfig } = await import('../../mcp/print-config.ts');
        await printConfig(context, client, { discover });
        return;
      }
      context.surviveCrashes();
      try {
        const { serveStdio } = await import('../../mcp/stdio.ts');
        await serveStdio(context, { discover });
        context.process.exitCode = 0;
      } catch (thrown) {
        // stdout is reserved for the protocol, so the failure is written to stderr.
        context.notice(explain(thrown));
        context.process.exitCode = CODES[toGantzError(thrown).code].exit;
      }
    });
};
