import { Client, StreamableHTTPClientTransport, type Transport } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { startServer } from '../http/server.ts';
import { PROGRAMS } from '../helpers/run-program.ts';

/** Each program, transport and era of the protocol: what the tests of resources and prompts run over. */
export const CONNECTIONS = PROGRAMS.flatMap(({ name, path }) =>
  (['stdio', 'http'] as const).flatMap((over) =>
    (['2025', '2026'] as const).map((era) => ({
      what: `${name}, over ${over}, in version ${era}`,
      program: path,
      over,
      era,
    })),
  ),
);

export type Connection = Partial<Pick<(typeof CONNECTIONS)[number], 'program' | 'over' | 'era'>> & {
  config?: string;
  /** Words before `mcp`; over HTTP, the path of the URL after `/mcp`. */
  args?: readonly string[];
  path?: string;
  /** Words after `mcp`. */
  flags?: readonly string[];
  env?: Record<string, string>;
};

/** A client, and its server, which end together. `changes` has the lists that the server has said are changed. */
export type Connected = { client: Client; changes: Set<string>; close: () => Promise<void> };

/** Starts a server and connects a client of the SDK to it. */
export async function connectClient({
  program = PROGRAMS[0].path,
  over = 'stdio',
  era = '2025',
  config = 'builtin:redis',
  args = [],
  path = '',
  flags = [],
  env = {},
}: Connection): Promise<Connected> {
  const changes = new Set<string>();
  const onChange = (list: string) => ({
    onChanged: () => void changes.add(list),
    autoRefresh: false,
    debounceMs: 0,
  });
  const client = new Client(
    { name: 'gantz-tests', version: '1.0.0' },
    {
      versionNegotiation: { mode: era === '2026' ? { pin: '2026-07-28' } : 'legacy' },
      listChanged: {
        tools: onChange('tools'),
        prompts: onChange('prompts'),
        resources: onChange('resources'),
      },
    },
  );
  const server = over === 'http' ? await startServer(flags, { config, env, program }) : undefined;
  const transport: Transport = server
    ? new StreamableHTTPClientTransport(new URL(`${server.url}/mcp${path}`))
    : new StdioClientTransport({
        command: program,
        args: ['-c', config, ...args, 'mcp', ...flags],
        env: { PATH: process.env['PATH'] ?? '', HOME: '/dev/null', ...env },
        stderr: 'ignore',
      });
  await client.connect(transport);
  return {
    client,
    changes,
    close: async () => {
      await client.close();
      await server?.stop();
    },
  };
}
