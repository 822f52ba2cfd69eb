import type { Define } from '../command.ts';
import { GantzError } from '../../errors.ts';

type ServeFlags = { host?: string; port?: string; auth?: boolean; allowHost?: string[] };

/** `gantz serve`: the tools over HTTP. */
export const define: Define = (command, context) => {
  command
    .option('--host <address>', 'where to listen (default: server.host of the manifest, else 127.0.0.1)')
    .option('--port <n>', 'where to listen (default: server.port of the manifest, else 3000); 0 is any')
    .option('--auth', 'demand a bearer token: GANTZ_AUTH_TOKEN, else a fresh one that is printed on stderr')
    .option(
      '--allow-host <name>',
      'another name that this server may be called by; may be repeated',
      (name: string, names: string[] | undefined) => [...(names ?? []), name],
    )
    .action(async ({ host, port, auth, allowHost }: ServeFlags) => {
      context.surviveCrashes();
      const { serveHttp } = await import('../../http/serve.ts');
      await serveHttp(context, {
        ...(host !== undefined && { host }),
        ...(port !== undefined && { port: parsePort(port) }),
        ...(auth && { auth }),
        ...(allowHost && { allowedHosts: allowHost }),
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
