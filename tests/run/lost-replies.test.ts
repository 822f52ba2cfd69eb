import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { GantzError } from '../../lib/contract/errors.ts';
import { openGantz, type Gantz } from '../../lib/library/library.ts';
import { folderWith } from '../helpers/folder.ts';
import { startCluster } from '../helpers/redis-cluster.ts';
import { startRedis, type PlainClient } from '../helpers/redis-server.ts';
import { connectTo, startRelay, type Relay, type ReplyFault } from '../helpers/relay.ts';
import { settled, waitFor } from '../helpers/wait.ts';
import { prepareCall, WRITING_TOOLS, type CallTool, type Subscribe } from '../helpers/writing-calls.ts';

/** Servers that are reached through relays. */
type Servers = {
  url: string;
  relays: readonly Relay[];
  /** The clients of all servers. */
  plain: readonly PlainClient[];
  stop(): Promise<void>;
};

const SERVERS: Readonly<Record<string, () => Promise<Servers>>> = {
  async 'one server'() {
    const server = await startRedis();
    const relay = await startRelay(connectTo(server.socketPath));
    return {
      url: `redis://127.0.0.1:${relay.port}`,
      relays: [relay],
      plain: [await server.client()],
      async stop() {
        await relay.stop();
        await server.stop();
      },
    };
  },

  async 'a cluster'() {
    const cluster = await startCluster();
    const relays: Relay[] = [];
    for (const { port, plain } of cluster.masters) {
      const relay = await startRelay(connectTo(port));
      relays.push(relay);
      await plain.sendCommand(['CONFIG', 'SET', 'cluster-announce-bus-port', String(port + 10_000)]);
      await plain.sendCommand(['CONFIG', 'SET', 'cluster-announce-port', String(relay.port)]);
    }
    const ports = relays.map(({ port }) => port);
    const announces = async ({ plain }: { plain: PlainClient }): Promise<boolean> => {
      const text = await plain.sendCommand<string>(['CLUSTER', 'NODES']);
      return ports.every((port) => text.includes(`127.0.0.1:${port}@`));
    };
    await waitFor(async () => (await Promise.all(cluster.masters.map(announces))).every(Boolean), {
      what: 'all nodes to announce their relays',
    });
    return {
      url: `redis+cluster://${ports.map((port) => `127.0.0.1:${port}`).join(',')}`,
      relays,
      plain: cluster.masters.map(({ plain }) => plain),
      async stop() {
        await Promise.all(relays.map((relay) => relay.stop()));
        await cluster.stop();
      },
    };
  },
};

for (const [place, start] of Object.entries(SERVERS)) {
  describe(`a writing call on ${place} whose reply is lost`, () => {
    let servers: Servers | undefined;
    const current = (): Servers => {
      assert.ok(servers);
      return servers;
    };
    before(async () => void (servers = await start()));
    after(async () => await servers?.stop());

    for (const name of WRITING_TOOLS) {
      it(`${name} gives the first answer when it is repeated with its idempotency key, or by retry`, async () => {
        // The same call without a fault shows the answer and the effect.
        await using expected = await open(current(), `once-${name}`);
        const input = await prepareCall(name, expected.call, expected.subscribe);
        const before = await expected.keys();
        const answer = await expected.gantz.call(name, input);
        // An extended lock differs in a time only.
        if (!/^pubsub_|^lock_extend$/.test(name))
          assert.notDeepEqual(await expected.keys(), before, 'the call changes something');
        const effect = await expected.contents();

        await using lossy = await open(current(), `lost-${name}`);
        const params = await prepareCall(name, lossy.call, lossy.subscribe);
        const keyed = async (): Promise<Record<string, unknown>> =>
          await lossy.gantz.call(name, params, { idempotencyKey: `key-${name}` });
        const lost = loseReply(current());
        const failure: unknown = await keyed().catch((error: unknown) => error);
        assert.ok(failure instanceof GantzError, 'the call fails');
        assert.deepEqual([failure.code, failure.outcome], ['REDIS_UNAVAILABLE', 'unknown'], failure.message);
        assert.equal(lost(), 1, 'one reply was lost, that of the effect');
        assert.deepEqual(await lossy.contents(), effect, 'the first call had its effect');

        const { gantz, ...repetition } = await keyed();
        assert.deepEqual(gantz, { replayed: true });
        assert.deepEqual(comparable(repetition, lossy.namespace), comparable(answer, expected.namespace));
        assert.deepEqual(await lossy.contents(), effect, 'the effect is there once');
        const { gantz: again, ...third } = await keyed();
        assert.deepEqual(again, gantz);
        assert.deepEqual(comparable(third, lossy.namespace), comparable(repetition, lossy.namespace));

        await using retried = await open(current(), `retried-${name}`, RETRIES);
        const prepared = await prepareCall(name, retried.call, retried.subscribe);
        const lostAgain = loseReply(current());
        const { gantz: note, ...retry } = await retried.gantz.call(name, prepared);
        assert.equal(lostAgain(), 1, 'one reply was lost, that of the effect');
        assert.deepEqual(note, { attempts: 2 });
        assert.deepEqual(comparable(retry, retried.namespace), comparable(answer, expected.namespace));
        assert.deepEqual(await retried.contents(), effect, 'a retry has its effect once');
      });
    }

    it('pubsub_publish publishes once', async () => {
      await using lossy = await open(current(), 'messages');
      const received: unknown[] = [];
      const listening = lossy.gantz.call(
        'pubsub_subscribe',
        { channel: 'c', subscription_id: 's', timeout: 60, count: 10 },
        { onEvent: (event) => received.push(event['message']) },
      );
      await lossy.subscribed();
      const publish = async (message: string): Promise<Record<string, unknown>> =>
        await lossy.gantz.call('pubsub_publish', { channel: 'c', message }, { idempotencyKey: message });
      // The subscription has its own connection, and loses it as well when its messages are cut: only the reply is dropped.
      loseReply(current());
      await assert.rejects(publish('first'));
      assert.deepEqual(await publish('first'), {
        channel: 'c',
        subscribers: 1,
        gantz: { replayed: true },
      });
      assert.equal((await publish('second'))['gantz'], undefined);
      await lossy.gantz.call('pubsub_unsubscribe', { subscription_id: 's' });
      const { messages } = await settled(listening, { what: 'the end of the subscription' });
      assert.deepEqual(
        messages.map(({ message }) => message),
        ['first', 'second'],
      );
    });
  });
}

/**
 * Closes the connection instead of delivering the next reply of an effect with an idempotency key, which begins with 0 because it is
 * not replayed. Returns a function that returns how many replies were lost.
 */
function loseReply({ relays }: Servers): () => number {
  let lost = 0;
  const fault = (reply: Buffer): ReplyFault => {
    if (lost > 0 || !reply.includes('*2\r\n:0\r\n')) return 'none';
    lost++;
    return 'close';
  };
  for (const relay of relays) relay.fault = fault;
  return () => lost;
}

type Opened = AsyncDisposable & {
  gantz: Gantz;
  namespace: string;
  call: CallTool;
  subscribe: Subscribe;
  /** Resolves when a subscription has begun. */
  subscribed(): Promise<void>;
  /** Returns the keys and what they hold. */
  keys(): Promise<unknown>;
  /** Returns the same, comparable between namespaces and calls. */
  contents(): Promise<unknown>;
};

/** A manifest whose calls are repeated. */
const RETRIES = join(
  folderWith({
    'gantz.yaml':
      'name: retries\ninclude: [builtin:redis]\nguards: { retry: { attempts: 3, backoff: 1ms } }\n',
  }),
  'gantz.yaml',
);

async function open({ url, plain }: Servers, namespace: string, manifest = 'builtin:redis'): Promise<Opened> {
  let notices = 0;
  const gantz = await openGantz({ redisUrl: url, namespace, manifest, env: {}, onNotice: () => notices++ });
  const call = (async (name: string, input: Record<string, unknown>) =>
    await gantz.call(name, input)) as CallTool;
  const subscribed = async (): Promise<void> => {
    await waitFor(() => notices > 0, { what: 'the notice of the subscription' });
  };
  return {
    gantz,
    namespace,
    call,
    subscribed,
    async subscribe(input) {
      void gantz.call('pubsub_subscribe', input).catch(() => undefined);
      await subscribed();
    },
    keys: () => readKeys(plain, namespace),
    contents: async () => comparable(await readKeys(plain, namespace), namespace),
    [Symbol.asyncDispose]: () => gantz.close(),
  };
}

/** The commands that read a whole key, by type. */
const READ: Readonly<Record<string, (key: string) => string[]>> = {
  string: (key) => ['GET', key],
  hash: (key) => ['HGETALL', key],
  list: (key) => ['LRANGE', key, '0', '-1'],
  set: (key) => ['SMEMBERS', key],
  zset: (key) => ['ZRANGE', key, '0', '-1', 'WITHSCORES'],
  stream: (key) => ['XINFO', 'STREAM', key, 'FULL'],
};

/** Returns the keys of a namespace except those of idempotency keys, with what they hold and whether they expire. */
async function readKeys(clients: readonly PlainClient[], namespace: string): Promise<unknown[]> {
  const found: unknown[] = [];
  for (const client of clients) {
    for await (const keys of client.scanIterator({ MATCH: `${namespace}:*` })) {
      for (const key of keys) {
        if (key.startsWith(`${namespace}:idempotency:`)) continue;
        const type = await client.type(key);
        const content: unknown = await client.sendCommand(READ[type]?.(key) ?? ['DUMP', key]);
        const expires = (await client.pTTL(key)) > 0;
        found.push([key, type, expires, inOrder(type, content, namespace)]);
      }
    }
  }
  return found.sort((one, other) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1));
}

/** Returns a set or a hash in an order that does not depend on ids and times. */
function inOrder(type: string, content: unknown, namespace: string): unknown {
  if (!Array.isArray(content)) return content;
  const words = content as string[];
  if (type === 'set') return words.sort();
  if (type !== 'hash') return words;
  const fields = words.flatMap((word, at) => (at % 2 === 0 ? [[word, words[at + 1]]] : []));
  return fields.map((field) => comparable(field, namespace)).sort();
}

/** Replaces what differs between two equal calls: the namespace, ids, times, and what is left of a lease. */
function comparable(value: unknown, namespace: string): string {
  return JSON.stringify(value)
    .replaceAll(namespace, '<namespace>')
    .replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, '<id>')
    .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g, '<time>')
    .replaceAll(/(?<!\d)1\d{9,15}(?!\d)/g, '"<time>"')
    .replaceAll(/(?<="expires_in_ms":)\d+/g, '"<left>"');
}
