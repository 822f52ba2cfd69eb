import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before } from 'node:test';
import { createClient } from '@redis/client';
import { endOf, endWithTests } from './children.ts';
import { settled } from './wait.ts';

export type PlainClient = Awaited<ReturnType<typeof connect>>;

/** A running redis-server that only this test uses, on a Unix socket in a temporary folder. */
export type RedisServer = {
  /** `unix://…`, or `redis://…` when the options have a port. */
  readonly url: string;
  readonly socketPath: string;
  readonly pid: number;
  /** A connected plain node-redis client; stop() closes it. */
  client(): Promise<PlainClient>;
  /** Sends SIGSTOP: the server accepts connections but does not reply. */
  pause(): void;
  resume(): void;
  /** Sends SIGKILL, and resolves when the server has ended. */
  kill(): Promise<void>;
  /** Starts the server again after `kill`, with the same options. Its clients stay closed. */
  restart(): Promise<void>;
  /** Ends the server, closes its clients and removes its folder. */
  stop(): Promise<void>;
};

/**
 * `args` are arguments of redis-server. `port` adds a TCP port on 127.0.0.1. `ready` is what the log contains when the
 * server has started; without it, the server accepts commands.
 */
export type RedisOptions = { args?: readonly string[]; port?: number; ready?: RegExp };

const READY = /ready to accept connections/i;

/** The server that the tests of a file or a suite share. */
export type SharedRedis = RedisServer & {
  /** A plain node-redis client that is connected before the first test. */
  readonly plain: PlainClient;
  /** A random namespace. */
  readonly namespace: string;
};

export type SharedRedisOptions = {
  options?: () => RedisOptions | Promise<RedisOptions>;
  /** Called when the server runs, before the tests. Other `before` hooks of the file may run at the same time. */
  started?: (redis: SharedRedis) => unknown;
  /** Called after the tests, before the server stops. */
  stopping?: () => unknown;
};

/** Starts a server before the tests of this file or suite, and stops it after them. */
export function useRedis({ options, started, stopping }: SharedRedisOptions = {}): SharedRedis {
  let running: { server: RedisServer; plain: PlainClient } | undefined;
  const shared = (): { server: RedisServer; plain: PlainClient } => {
    if (!running) throw new Error('The server of useRedis runs only while tests run');
    return running;
  };
  before(async () => {
    const server = await startRedis(await options?.());
    running = { server, plain: await server.client() };
    await started?.(redis);
  });
  after(async () => {
    await stopping?.();
    await running?.server.stop();
  });
  const redis: SharedRedis = {
    namespace: `test-${randomUUID()}`,
    get plain() {
      return shared().plain;
    },
    get url() {
      return shared().server.url;
    },
    get socketPath() {
      return shared().server.socketPath;
    },
    get pid() {
      return shared().server.pid;
    },
    client: () => shared().server.client(),
    pause: () => shared().server.pause(),
    resume: () => shared().server.resume(),
    kill: () => shared().server.kill(),
    restart: () => shared().server.restart(),
    stop: () => shared().server.stop(),
  };
  return redis;
}

/** Starts a server that the caller stops. */
export async function startRedis({
  args = [],
  port,
  ready = READY,
}: RedisOptions = {}): Promise<RedisServer> {
  const folder = await mkdtemp(join(tmpdir(), 'gantz-test-'));
  const socketPath = join(folder, 'redis.sock');
  const listen = port === undefined ? ['--port', '0'] : ['--port', String(port), '--bind', '127.0.0.1'];
  const options = [
    '--unixsocket',
    socketPath,
    '--dir',
    folder,
    '--save',
    '',
    '--appendonly',
    'no',
    ...listen,
    ...args,
  ];
  let server = await launch(options, folder, ready);
  const clients = new Set<PlainClient>();
  const signal = (name: NodeJS.Signals): void => void server.kill(name);
  const kill = async (): Promise<void> => {
    if (server.exitCode !== null || server.signalCode !== null) return;
    const ended = endOf(server, { what: 'the end of a killed redis-server' });
    signal('SIGKILL');
    await ended;
  };

  return {
    url: port === undefined ? `unix://${socketPath}` : `redis://127.0.0.1:${port}`,
    socketPath,
    get pid() {
      if (server.pid === undefined) throw new Error('redis-server has no process id');
      return server.pid;
    },
    async client() {
      const client = await connect(socketPath);
      clients.add(client);
      return client;
    },
    pause: () => signal('SIGSTOP'),
    resume: () => signal('SIGCONT'),
    kill,
    async restart() {
      server = await launch(options, folder, ready);
    },
    async stop() {
      for (const client of clients) client.destroy();
      await kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Returns everything that a server stores, as one text for each key, so that two states can be compared. */
export async function dump(client: PlainClient): Promise<Record<string, string>> {
  const dumped: Record<string, string> = {};
  const keys: string[] = [];
  for await (const batch of client.scanIterator({ COUNT: 1000 })) keys.push(...batch);
  for (const key of [...new Set(keys)].sort()) {
    const type = await client.type(key);
    const expires = await client.pExpireTime(key);
    dumped[key] = `${type} ${expires} ${JSON.stringify(await content(client, type, key))}`;
  }
  return dumped;
}

async function content(client: PlainClient, type: string, key: string): Promise<unknown> {
  switch (type) {
    case 'string':
      return await client.get(key);
    case 'list':
      return await client.lRange(key, 0, -1);
    case 'hash':
      return Object.entries(await client.hGetAll(key)).sort();
    case 'set':
      return (await client.sMembers(key)).sort();
    case 'zset':
      return await client.zRangeWithScores(key, 0, -1);
    default:
      return await client.sendCommand(['TYPE', key]);
  }
}

async function connect(socketPath: string) {
  const client = createClient({
    RESP: 2,
    socket: { path: socketPath, tls: false, reconnectStrategy: false },
    disableClientInfo: true,
    maintNotifications: 'disabled',
  });
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

/** Starts redis-server, or valkey-server when redis-server is not installed. Resolves when the server accepts connections. */
async function launch(options: readonly string[], folder: string, ready: RegExp): Promise<ChildProcess> {
  for (const binary of [process.env['GANTZ_REDIS_SERVER'] ?? 'redis-server', 'valkey-server']) {
    const server = endWithTests(spawn(binary, options, { stdio: ['ignore', 'pipe', 'pipe'] }));
    let log = '';
    const started = new Promise<'ready' | 'absent'>((resolve, reject) => {
      const read = (chunk: Buffer): void => {
        log += chunk.toString();
        if (ready.test(log)) resolve('ready');
      };
      server.stdout.on('data', read);
      server.stderr.on('data', read);
      server.once('error', () => resolve('absent'));
      server.once('exit', () => reject(new Error(`${binary} did not start: ${log.trim()}`)));
    });
    const state = await settled(started, {
      what: () => `${binary} to accept connections; it printed: ${log.trim()}`,
    });
    if (state === 'ready') return server;
  }
  await rm(folder, { recursive: true, force: true });
  throw new Error('The tests need redis-server or valkey-server on PATH: run bin/setup.');
}
