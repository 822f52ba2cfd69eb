import type { Define } from '../command.ts';
import { TELEMETRY_HELP } from '../telemetry-help.ts';
import { GantzError } from '../../contract/errors.ts';

type ServeFlags = { host?: string; port?: string; auth?: boolean; allowHost?: string[]; console: boolean };

/** `gantz serve`: serves the tools over HTTP until a signal arrives. */
export const define: Define = (command, context) => {
  command
    .option(
      '--host <address>',
      'the address to listen on (default: server.host of the manifest, or 127.0.0.1)',
    )
    .option(
      '--port <n>',
      'the port to listen on (default: server.port of the manifest, or 3000); 0 chooses a free port',
    )
    .option('--auth', 'require a bearer token: GANTZ_AUTH_TOKEN, or a new one that is printed on stderr')
    .option(
      '--allow-host <name>',
      'accept this host name in requests as well; can be repeated',
      (name: string, names: string[] | undefined) => [...(names ?? []), name],
    )
    .option('--no-console', 'serve no page to browsers')
    .addHelpText('after', TELEMETRY_HELP)
    .action(async ({ host, port, auth, allowHost, console }: ServeFlags) => {
      context.surviveCrashes();
      const { serveHttp } = await import('../../http/serve.ts');
      await serveHttp(context, {
        ...(host !== undefined && { host }),
        ...(port !== undefined && { port: parsePort(port) }),
        ...(auth && { auth }),
        ...(allowHost && { allowedHosts: allowHost }),
        console,
      });
      context.process.exitCode = 0;
    });
};

function parsePort(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : NaN;
  if (port <= 65_535) return port;
  throw new GantzError(
    'USAGE',
    `--port ${JSON.stringify(text)} is not a port: give a number from 0 to 65535`,
  );
}
