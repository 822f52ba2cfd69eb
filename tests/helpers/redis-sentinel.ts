import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '@redis/client';
import { endOf, endWithTests } from './children.ts';
import { freePort } from './free-port.ts';
import { startRedis, type PlainClient, type RedisServer } from './redis-server.ts';
import { TLS_ARGS } from './tls-files.ts';
import { waitFor } from './wait.ts';

/** A server that the Sentinels watch. */
type WatchedServer = RedisServer & { readonly port: number; readonly plain: PlainClient };

/** A master, its replicas and three Sentinels that only this test uses. */
export type SentinelGroup = {
  /** `redis+sentinel://…/mymaster` */
  readonly url: string;
  readonly servers: readonly WatchedServer[];
  /** Returns the server that the Sentinels name as the master now. */
  master(): Promise<WatchedServer>;
  /**
   * Asks a Sentinel to promote a replica. Waits until all of them name the new master, and the former is a replica. With
   * `demote: false`, the former stays a master.
   */
  failOver(options?: { demote: boolean }): Promise<void>;
  stop(): Promise<void>;
};

const NAME = 'mymaster';

/**
 * Starts a master with replicas, and Sentinels that agree on it. `args` are further arguments of the servers. With `tls`, all
 * of them use TLS with client certificates.
 */
export async function startSentinels({
  replicas = 1,
  sentinels: count = 3,
  args = [],
  tls = false,
}: {
  replicas?: number;
  sentinels?: number;
  args?: readonly string[];
  tls?: boolean;
} = {}): Promise<SentinelGroup> {
  const servers = await Promise.all(Array.from({ length: 1 + replicas }, () => startServer(args, tls)));
  const [first, ...others] = servers;
  if (!first) throw new Error('there is no master');
  for (const { plain } of others) await plain.sendCommand(['REPLICAOF', '127.0.0.1', String(first.port)]);
  await waitFor(
    async () =>
      (await Promise.all(others.map(({ plain }) => plain.info('replication')))).every((text) =>
        /^master_link_status:up/m.test(text),
      ),
    { what: 'the replicas to be in step' },
  );
  const sentinels = await Promise.all(
    Array.from({ length: count }, () =>
      startSentinel(first.port, { tls, quorum: Math.floor(count / 2) + 1 }),
    ),
  );
  await waitFor(
    async () =>
      (await Promise.all(sentinels.map(({ client }) => stateOf(client)))).every(
        (state) =>
          state.get('num-other-sentinels') === String(count - 1) &&
          state.get('num-slaves') === String(replicas),
      ),
    { what: 'the Sentinels to find each other and the replicas' },
  );

  async function named(): Promise<(number | undefined)[]> {
    return await Promise.all(
      sentinels.map(async ({ client }) => {
        const reply = await client.sendCommand<string[] | null>([
          'SENTINEL',
          'GET-MASTER-ADDR-BY-NAME',
          NAME,
        ]);
        return reply ? Number(reply[1]) : undefined;
      }),
    );
  }

  async function master(): Promise<WatchedServer> {
    const [port] = await named();
    const found = servers.find((server) => server.port === port);
    if (!found) throw new Error(`no server has the port ${port}`);
    return found;
  }

  return {
    url: `${tls ? 'rediss' : 'redis'}+sentinel://${sentinels.map(({ port }) => `127.0.0.1:${port}`).join(',')}/${NAME}`,
    servers,
    master,
    async failOver({ demote } = { demote: true }) {
      const former = await master();
      const client = await former.client();
      if (!demote) await client.sendCommand(['ACL', 'SETUSER', 'default', '-replicaof', '-slaveof']);
      const [any] = sentinels;
      await waitFor(
        async () =>
          (await any?.client.sendCommand(['SENTINEL', 'FAILOVER', NAME]).then(
            () => true,
            () => false,
          )) ?? false,
        { what: 'a Sentinel to begin a failover' },
      );
      await waitFor(async () => (await named()).every((port) => port !== former.port), {
        what: 'all Sentinels to name the new master',
      });
      if (!demote) return;
      // The Sentinels make the former master a replica and close its clients, up to 10 s later. This does so at once.
      const { port } = await master();
      await client.sendCommand(['REPLICAOF', '127.0.0.1', String(port)]);
      await client.sendCommand(['CLIENT', 'KILL', 'TYPE', 'normal']);
    },
    async stop() {
      await Promise.all([...sentinels, ...servers].map((one) => one.stop()));
    },
  };
}

async function startServer(args: readonly string[], tls: boolean): Promise<WatchedServer> {
  const port = await freePort();
  const listen = ['--tls-port', String(port), '--tls-replication', 'yes', ...TLS_ARGS, '--bind', '127.0.0.1'];
  const server = await startRedis({
    ...(!tls && { port }),
    args: [...(tls ? listen : []), '--repl-diskless-sync-delay', '0', ...args],
  });
  return Object.assign(server, { port, plain: await server.client() });
}

type Sentinel = { port: number; client: PlainClient; stop(): Promise<void> };

/** With `tls`, the Sentinel has a second port without TLS, for the client of the tests. */
async function startSentinel(
  masterPort: number,
  { tls, quorum }: { tls: boolean; quorum: number },
): Promise<Sentinel> {
  const folder = await mkdtemp(join(tmpdir(), 'gantz-sentinel-'));
  const port = await freePort();
  const plainPort = tls ? await freePort() : port;
  const file = join(folder, 'sentinel.conf');
  await writeFile(
    file,
    [
      `port ${plainPort}`,
      'bind 127.0.0.1',
      ...(tls ? [`tls-port ${port}`, 'tls-replication yes', ...asLines(TLS_ARGS)] : []),
      `dir ${folder}`,
      `sentinel monitor ${NAME} 127.0.0.1 ${masterPort} ${quorum}`,
      `sentinel down-after-milliseconds ${NAME} 1000`,
      `sentinel failover-timeout ${NAME} 3000`,
      '',
    ].join('\n'),
  );
  const binary = process.env['GANTZ_REDIS_SERVER'] ?? 'redis-server';
  const child = endWithTests(spawn(binary, [file, '--sentinel'], { stdio: ['ignore', 'ignore', 'inherit'] }));
  const client = createClient({
    RESP: 2,
    socket: { host: '127.0.0.1', port: plainPort, reconnectStrategy: 50 },
    disableClientInfo: true,
    maintNotifications: 'disabled',
  });
  client.on('error', () => undefined);
  await client.connect();
  return {
    port,
    client: client as unknown as PlainClient,
    async stop() {
      client.destroy();
      const ended = endOf(child, { what: 'the end of a Sentinel' });
      child.kill('SIGKILL');
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Converts arguments `--name value` to lines of a configuration file. */
function asLines(args: readonly string[]): string[] {
  return args
    .join(' ')
    .split(/(?: |^)--/)
    .slice(1);
}

async function stateOf(client: PlainClient): Promise<Map<string, string>> {
  const reply = await client.sendCommand<string[]>(['SENTINEL', 'MASTER', NAME]);
  const state = new Map<string, string>();
  for (let at = 0; at < reply.length; at += 2) state.set(reply[at] ?? '', reply[at + 1] ?? '');
  return state;
}
