import { createCluster } from '@redis/client';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { slotOf } from '../../lib/redis/slot.ts';
import { freePort } from './free-port.ts';
import { startCluster, type RedisCluster } from './redis-cluster.ts';
import { startSentinels } from './redis-sentinel.ts';
import { startRedis, type PlainClient } from './redis-server.ts';

/** Servers that the tests of the tools run on. */
export type Topology = {
  /** A REDIS_URL, with the variables that it needs. */
  readonly url: string;
  readonly env: Readonly<Record<string, string>>;
  /** A client with all permissions, which reads and writes beside the tools. */
  readonly plain: PlainClient;
  stop(): Promise<void>;
};

const REDIS_PAGE = join(import.meta.dirname, '../../docs/redis.md');
const TLS = join(import.meta.dirname, '../fixtures/tls');

/** The set-ups that REDIS_URL can name. GANTZ_TEST_TOPOLOGY chooses one; without it, the tests run on one server. */
export const TOPOLOGIES: Readonly<Record<string, () => Promise<Topology>>> = {
  async one() {
    const server = await startRedis();
    return { url: server.url, env: {}, plain: await server.client(), stop: () => server.stop() };
  },

  async cluster() {
    const cluster = await startCluster({ replicas: 1 });
    const client = clientOf(cluster);
    await client.connect();
    return {
      url: cluster.url,
      env: {},
      plain: plainOf(client),
      async stop() {
        client.destroy();
        await cluster.stop();
      },
    };
  },

  async sentinel() {
    const group = await startSentinels();
    const master = await group.master();
    return { url: group.url, env: {}, plain: await master.client(), stop: () => group.stop() };
  },

  async tls() {
    const port = await freePort();
    const files = ['--tls-cert-file', join(TLS, 'certificate.pem'), '--tls-key-file', join(TLS, 'key.pem')];
    const server = await startRedis({
      args: [
        ...['--tls-port', String(port), '--bind', '127.0.0.1', ...files],
        ...['--tls-auth-clients', 'yes', '--tls-ca-cert-file', join(TLS, 'certificate.pem')],
      ],
    });
    return {
      url: `rediss://localhost:${port}`,
      env: {
        REDIS_TLS_CA: join(TLS, 'certificate.pem'),
        REDIS_TLS_CERT: join(TLS, 'certificate.pem'),
        REDIS_TLS_KEY: join(TLS, 'key.pem'),
      },
      plain: await server.client(),
      stop: () => server.stop(),
    };
  },

  /** One server, and the user of docs/redis.md for all tools: with the namespaces of the tests, and all channels for patterns. */
  async acl() {
    const server = await startRedis();
    const plain = await server.client();
    const line = /^ACL SETUSER gantz (on .*)$/m.exec(await readFile(REDIS_PAGE, 'utf8'))?.[1];
    if (line === undefined) throw new Error('docs/redis.md has no line for all tools');
    const rules = line
      .replace('~mcp:*', '~test* ~names*')
      .replace('resetchannels &mcp:*', 'allchannels')
      .split(' ');
    await plain.sendCommand(['ACL', 'SETUSER', 'gantz', ...rules]);
    return {
      url: server.url.replace('unix://', 'unix://gantz:secret@'),
      env: {},
      plain,
      stop: () => server.stop(),
    };
  },
};

function clientOf({ masters }: RedisCluster) {
  const client = createCluster({
    rootNodes: masters.map(({ port }) => ({ url: `redis://127.0.0.1:${port}` })),
    RESP: 2,
    defaults: { disableClientInfo: true, maintNotifications: 'disabled' },
  });
  client.on('error', () => undefined);
  return client;
}

/** Gives a client of a cluster the signature of a client of one server for the commands that differ. */
function plainOf(client: ReturnType<typeof clientOf>): PlainClient {
  const onEachMaster = async (use: (master: PlainClient) => Promise<unknown>): Promise<unknown[]> =>
    await Promise.all(
      client.masters.map(
        async (node) => await use((await client.nodeClient(node)) as unknown as PlainClient),
      ),
    );
  const different: Record<string, unknown> = {
    // The node of the channel publishes, as with gantz, so that messages keep their order.
    publish: async (channel: string, text: string) => {
      const { master } = client.slots[slotOf(channel)] ?? {};
      return master && (await client.nodeClient(master)).publish(channel, text);
    },
    sendCommand: (words: string[]) =>
      client.sendCommand(words[/^(?:XINFO|XGROUP)$/.test(words[0] ?? '') ? 2 : 1], false, words),
    info: async (section: string) => (await onEachMaster((master) => master.info(section))).join('\n'),
    scriptLoad: async (source: string) => (await onEachMaster((master) => master.scriptLoad(source)))[0],
    async *scanIterator(options: object) {
      for (const master of client.masters)
        yield* ((await client.nodeClient(master)) as unknown as PlainClient).scanIterator(options);
    },
    mSet: async (pairs: [string, string][]) =>
      await Promise.all(pairs.map(([key, value]) => client.set(key, value))),
  };
  return new Proxy(client, {
    get(target, name) {
      if (typeof name === 'string' && name in different) return different[name];
      const value: unknown = Reflect.get(target, name);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  }) as unknown as PlainClient;
}
