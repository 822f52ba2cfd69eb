import assert from 'node:assert/strict';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { freePort } from '../../helpers/free-port.ts';
import { useRedis } from '../../helpers/redis-server.ts';
import { afterHandshake, connectTo, startRelay, type Relay, type ReplyFault } from '../../helpers/relay.ts';
import { PROGRAMS, runProgram } from '../../helpers/run-program.ts';

// A one-shot call of the executable uses the Redis client of its runtime, and a call on Node uses node-redis. Both must give the
// same answers, failures and outcomes.

const NAMESPACES = { executable: 'both-bun', node: 'both-node' } as const;
const [EXECUTABLE, NODE] = PROGRAMS;

let tcp: string;
const redis = useRedis({
  options: async () => ({ port: await freePort() }),
  started: async ({ url, plain }) => {
    tcp = url;
    await plain.sendCommand([
      'ACL',
      'SETUSER',
      'reader',
      'on',
      '>secret:@/%',
      '~*',
      '&*',
      '-@all',
      '+get',
      '+evalsha',
    ]);
  },
});

type Answer = { envelope: Record<string, unknown>; exitCode: number };

/** Runs a call with both programs, each in its own namespace, and returns both answers. */
async function runBoth(words: readonly string[], url: string): Promise<[Answer, Answer]> {
  const run = async ({ path }: { path: string }, namespace: string): Promise<Answer> => {
    const env = { REDIS_URL: url, GANTZ_NAMESPACE: namespace };
    const { stdout, exitCode } = await runProgram(words, { program: path, env });
    return { envelope: JSON.parse(stdout) as Record<string, unknown>, exitCode };
  };
  return [await run(EXECUTABLE, NAMESPACES.executable), await run(NODE, NAMESPACES.node)];
}

/** Calls one after the other. Their answers have no random ids and no times. */
const CALLS: readonly (readonly [tool: string, parameters: object])[] = [
  ['cache get', { key: 'a' }],
  ['cache set', { key: 'a', value: 'ä\u0000\ud83d\ude00 %' }],
  ['cache get', { key: 'a' }],
  ['cache set', { key: 'large', value: 'x'.repeat(100_000), ttl: null }],
  ['cache get', { key: 'large' }],
  ['cache exists', { key: 'a' }],
  ['cache get-many', { keys: ['a', 'b', 'a'] }],
  ['cache set-many', { entries: { c: 1, d: [null, 1.5, 12345678901234567890n.toString()] } }],
  ['cache increment', { key: 'n', by: 9007199254740000 }],
  ['cache list', {}],
  ['cache ttl', { key: 'large' }],
  ['cache delete', { key: 'a' }],
  ['list push', { key: 'l', values: ['1', 2, null] }],
  ['list range', { key: 'l' }],
  ['list length', { key: 'l' }],
  ['list pop', { key: 'l' }],
  ['hash set', { key: 'h', mapping: { 10: 'a', 2: 'b', name: 'c', 1: 'd' } }],
  ['hash get', { key: 'h' }],
  ['hash get', { key: 'h', field: '2' }],
  ['set add', { key: 's', members: ['x', 'y', 1] }],
  ['set is-member', { key: 's', member: 'x' }],
  ['set members', { key: 's' }],
  [
    'sorted-set add',
    {
      key: 'z',
      members: [
        { member: 'm', score: 1.5 },
        { member: 'n', score: -1e300 },
      ],
    },
  ],
  ['sorted-set range', { key: 'z' }],
  ['sorted-set rank', { key: 'z', member: 'm' }],
  ['queue add', { queue: 'q', payload: { a: 1 }, dedup_id: 'one' }],
  ['queue stats', { queue: 'empty' }],
  ['queue take', { queue: 'empty', wait: 1 }],
  ['stream append', { stream: 's', event: { a: [] } }],
  ['stream read', { stream: 'none' }],
  ['lock status', { name: 'l' }],
  ['rate-limit sliding-window', { identifier: 'i', limit: 2, window_seconds: 60 }],
  ['pubsub publish', { channel: 'c', message: 'm' }],
  ['pubsub subscribe', { channel: 'c', timeout: 1 }],
  ['state list', { kind: 'hash' }],
  ['list push', { key: 'h', values: ['into another kind'] }],
  ['cache increment', { key: 'd' }],
];

test('answers are the same', { timeout: 240_000 }, async () => {
  for (const url of [tcp, `unix://${redis.socketPath}?db=2`]) {
    for (const [tool, parameters] of CALLS) {
      const [executable, node] = await runBoth([...tool.split(' '), JSON.stringify(parameters)], url);
      const plain = ({ envelope, exitCode }: Answer): object => ({
        exitCode,
        // Ids and times differ.
        text: JSON.stringify(envelope).replaceAll(
          /"[\w-]*\d{10,}[\w-]*"|"[0-9a-f-]{36}"|\b\d{10,13}\b/g,
          '"…"',
        ),
      });
      assert.deepEqual(plain(executable), plain(node), `${tool} ${JSON.stringify(parameters).slice(0, 100)}`);
    }
  }
});

test('each database has its own keys', async () => {
  const [executable] = await runBoth(['cache', 'set', '{"key":"k","value":"in 5"}'], `${tcp}/5`);
  assert.equal(executable.envelope['success'], true);
  assert.equal(await redis.plain.exists(`${NAMESPACES.executable}:cache:k`), 0);
  await redis.plain.sendCommand(['SELECT', '5']);
  assert.equal(await redis.plain.get(`${NAMESPACES.executable}:cache:k`), 'in 5');
  await redis.plain.sendCommand(['SELECT', '0']);
});

describe('failures are the same', () => {
  let relay: Relay;
  const servers: { close: () => unknown; port: number }[] = [];

  /** Starts a server that is not Redis. */
  async function startServer(onConnection: (socket: Socket) => void): Promise<number> {
    const server = createServer((socket) => onConnection(socket.on('error', () => undefined)));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    servers.push({ close: () => server.close(), port });
    return port;
  }

  before(async () => (relay = await startRelay(connectTo(redis.socketPath))));
  after(async () => {
    await relay.stop();
    for (const server of servers) server.close();
  });

  const authority = (): string => tcp.slice('redis://'.length);
  const READ = ['cache', 'get', '{"key":"a"}'];
  const WRITE = ['cache', 'set', '{"key":"a","value":1}'];
  const ROWS: readonly {
    what: string;
    url: () => string | Promise<string>;
    words?: readonly string[];
    code: string;
    outcome?: string;
  }[] = [
    {
      what: 'nothing listens',
      url: async () => `redis://127.0.0.1:${await freePort()}`,
      code: 'REDIS_UNAVAILABLE',
    },
    { what: 'an unknown host', url: () => 'redis://no-such-host.invalid', code: 'REDIS_UNAVAILABLE' },
    { what: 'no such socket', url: () => 'unix:///no/such.sock', code: 'REDIS_UNAVAILABLE' },
    { what: 'a socket with a space', url: () => 'unix:///no/such%20one.sock', code: 'REDIS_UNAVAILABLE' },
    { what: 'a wrong password', url: () => `redis://reader:wrong@${authority()}`, code: 'REDIS_AUTH' },
    {
      what: 'a wrong password on a socket',
      url: () => `unix://reader:wrong@${redis.socketPath}`,
      code: 'REDIS_AUTH',
    },
    {
      what: 'a missing permission',
      url: () => `redis://reader:secret%3A%40%2F%25@${authority()}`,
      words: ['list', 'length', '{"key":"l"}'],
      code: 'REDIS_AUTH',
    },
    { what: 'no such database', url: () => `${tcp}/99`, code: 'NOT_RUNNABLE' },
    {
      what: 'a server of HTTP',
      url: async () =>
        `redis://127.0.0.1:${await startServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'))}`,
      code: 'REDIS_UNAVAILABLE',
    },
    {
      what: 'a server that closes the connection',
      url: async () => `redis://127.0.0.1:${await startServer((socket) => socket.destroy())}`,
      words: WRITE,
      code: 'REDIS_UNAVAILABLE',
    },
    {
      what: 'a server that is silent',
      url: async () => `redis://127.0.0.1:${await startServer(() => undefined)}`,
      words: ['--timeout', '700ms', ...READ],
      code: 'TIMEOUT',
      outcome: 'none',
    },
  ];
  for (const { what, url, words = READ, code, outcome } of ROWS) {
    test(what, async () => {
      const [executable, node] = await runBoth(words, await url());
      assert.equal(executable.envelope['code'], code, JSON.stringify(executable));
      if (outcome === undefined) assert.deepEqual(executable, node);
      else assert.deepEqual([executable.envelope['outcome'], executable.exitCode], [outcome, node.exitCode]);
    });
  }

  for (const fault of ['silence', 'half', 'reset', 'close'] as const satisfies readonly ReplyFault[]) {
    for (const [words, outcome] of [
      [READ, 'none'],
      [WRITE, 'unknown'],
    ] as const) {
      test(`a reply with the fault ${fault} has the outcome ${outcome}`, async () => {
        relay.fault = afterHandshake(fault);
        // Only a call that gets no reply needs a short limit.
        const limit = ['silence', 'half'].includes(fault) ? ['--timeout', '1s'] : [];
        const [executable, node] = await runBoth([...limit, ...words], `redis://127.0.0.1:${relay.port}`);
        assert.equal(executable.envelope['outcome'], outcome, JSON.stringify(executable));
        assert.deepEqual(executable, node);
      });
    }
  }

  test('a password is needed', async () => {
    await redis.plain.sendCommand(['CONFIG', 'SET', 'requirepass', 'needed']);
    const [executable, node] = await runBoth(READ, tcp);
    await redis.plain.sendCommand(['CONFIG', 'SET', 'requirepass', '']);
    assert.equal(executable.envelope['code'], 'REDIS_AUTH');
    assert.deepEqual(executable, node);
  });

  test('a server whose HELLO is renamed or denied', async () => {
    await redis.plain.sendCommand(['ACL', 'SETUSER', 'plain', 'on', '>p', '~*', '&*', '+@all', '-hello']);
    const [executable, node] = await runBoth(READ, `redis://plain:p@${authority()}`);
    assert.equal(executable.envelope['success'], true);
    assert.deepEqual(executable, node);
  });
});
