import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { openGantz, type Gantz } from '../../../lib/library/library.ts';
import { folderWith } from '../../helpers/folder.ts';
import { freePort } from '../../helpers/free-port.ts';
import { startServer, type TestServer } from '../../helpers/http-server.ts';
import { startSentinels } from '../../helpers/redis-sentinel.ts';
import { startRedis, type RedisServer } from '../../helpers/redis-server.ts';
import { connectTo, startRelay, type Relay } from '../../helpers/relay.ts';
import { waitFor } from '../../helpers/wait.ts';

/** The guards with Redis, and what each does when Redis does not answer. */
const GUARDS = [
  ['rate_limit', '{ limit: 100, per: 1h, wait: 20s }', 'REDIS_UNAVAILABLE'],
  ['concurrency', '{ limit: 100, wait: 20s }', 'REDIS_UNAVAILABLE'],
  ['idempotency', '{ key: [n] }', 'REDIS_UNAVAILABLE'],
  ['circuit_breaker', 'true', 'skipped'],
] as const;

let server: TestServer;
let redis: RedisServer;
before(async () => {
  [server, redis] = await Promise.all([startServer(), startRedis()]);
});
after(async () => {
  await Promise.all([server.close(), redis.stop()]);
});

/** What a call with a guard did: its code or `ok`, whether the guard was skipped, and how long it took. */
type Ending = { code: string; refusedBy: unknown; isSkipped: boolean; tookMs: number };

let calls = 0;

/** Opens a manifest with a tool for each guard. */
async function open(url: string, optional = ''): Promise<Gantz & { run(guard: string): Promise<Ending> }> {
  const tools = GUARDS.map(
    ([guard, setting]) =>
      `  - { name: ${guard}, description: d, parameters: [{ name: n, type: integer }], http: { method: POST, url: "${server.origin}/" }, ${guard}: ${setting} }\n`,
  );
  const cwd = folderWith({
    'gantz.yaml': `name: away\nguards: { on_redis_failure: { ${optional} } }\ntools:\n${tools.join('')}`,
  });
  const notices: string[] = [];
  const gantz = await openGantz({
    cwd,
    env: { PATH: process.env['PATH'], REDIS_URL: url },
    onNotice: (text) => notices.push(text),
  });
  return {
    ...gantz,
    async run(guard) {
      notices.length = 0;
      const startedAt = performance.now();
      const [code, fields] = await gantz.call(guard, { n: ++calls }).then(
        () => ['ok', undefined] as const,
        (error: unknown) => {
          const { code, fields } = error as { code: string; fields?: { gantz?: { refused_by?: unknown } } };
          return [code, fields?.gantz] as const;
        },
      );
      const isSkipped = notices.some((text) =>
        text.startsWith(`The guard ${guard} of ${guard} is skipped: `),
      );
      return { code, refusedBy: fields?.refused_by, isSkipped, tookMs: performance.now() - startedAt };
    },
  };
}

function check(guard: string, expected: string, { tookMs, ...ending }: Ending): void {
  assert.deepEqual(
    ending,
    expected === 'skipped'
      ? { code: 'ok', refusedBy: undefined, isSkipped: true }
      : { code: expected, refusedBy: guard, isSkipped: false },
  );
  // The limit of the guard, and time for a busy machine; far less than the wait of the guard and the limit of the call.
  assert.ok(tookMs < 4000, `${guard} took ${tookMs} ms`);
}

const AWAY: readonly [state: string, set: () => Promise<{ url: string; end: () => Promise<void> | void }>][] =
  [
    ['is not there', async () => ({ url: `redis://127.0.0.1:${await freePort()}`, end: () => undefined })],
    ['accepts connections and is silent', () => throughRelay('silence')],
    ['closes each connection', () => throughRelay('close')],
    [
      'was there and has become silent',
      async () => {
        const relay = await startRelay(connectTo(redis.socketPath));
        const gantz = await open(`redis://127.0.0.1:${relay.port}`);
        for (const [guard] of GUARDS) assert.equal((await gantz.run(guard)).code, 'ok');
        await gantz.close();
        relay.fault = 'silence';
        return { url: `redis://127.0.0.1:${relay.port}`, end: () => relay.stop() };
      },
    ],
  ];

async function throughRelay(fault: Relay['fault']): Promise<{ url: string; end: () => Promise<void> }> {
  const relay = await startRelay(connectTo(redis.socketPath));
  relay.fault = fault;
  return { url: `redis://127.0.0.1:${relay.port}`, end: () => relay.stop() };
}

describe('guards without Redis', () => {
  for (const [state, set] of AWAY) {
    it(`skip or refuse the call within their own time limit when Redis ${state}`, async () => {
      const { url, end } = await set();
      const gantz = await open(url);
      try {
        for (const [guard, , expected] of GUARDS) check(guard, expected, await gantz.run(guard));
      } finally {
        await gantz.close();
        await end();
      }
    });
  }

  it('are skipped when on_redis_failure says so', async () => {
    const { url, end } = await throughRelay('silence');
    const gantz = await open(url, 'rate_limit: skip, concurrency: skip, idempotency: skip');
    try {
      for (const [guard] of GUARDS) check(guard, 'skipped', await gantz.run(guard));
    } finally {
      await gantz.close();
      await end();
    }
  });

  it('wait for Redis once in a call with several guards', async () => {
    const { url, end } = await throughRelay('silence');
    const cwd = folderWith({
      'gantz.yaml': `name: several
tools:
  - name: several
    description: d
    annotations: { readOnlyHint: true }
    script: { shell: "echo ran" }
    timeout: 1800ms
    cache: 1m
    circuit_breaker: true
    rate_limit: 100/s
    concurrency: 4
guards: { on_redis_failure: { rate_limit: skip, concurrency: skip } }
`,
    });
    const notices: string[] = [];
    const env = { PATH: process.env['PATH'], REDIS_URL: url };
    await using gantz = await openGantz({ cwd, env, onNotice: (text) => notices.push(text) });
    try {
      // Half of the time limit is left for the action. The limits of four guards, one after the other, would be longer than it.
      assert.equal((await gantz.call('several'))['output'], 'ran');
      assert.deepEqual(
        notices.map((text) => /^The guard (\w+) of several is skipped/.exec(text)?.[1]),
        ['cache', 'circuit_breaker', 'rate_limit', 'concurrency'],
      );
    } finally {
      await end();
    }
  });

  it('leave no flight and no lease in a server that was silent for a while', async () => {
    const own = await startRedis();
    const plain = await own.client();
    const tool = (name: string, guard: string): string =>
      `  - { name: ${name}, description: d, annotations: { readOnlyHint: true }, script: { shell: "true" }, ${guard} }\n`;
    const tools = tool('cached', 'cache: 1h') + tool('limited', 'concurrency: 4');
    const cwd = folderWith({ 'gantz.yaml': `name: left\ntools:\n${tools}` });
    const env = { PATH: process.env['PATH'], REDIS_URL: own.url };
    const gantz = await openGantz({ cwd, env, onNotice: () => undefined });
    try {
      await gantz.call('limited');
      own.pause();
      await gantz.call('cached');
      await assert.rejects(gantz.call('limited'), { code: 'REDIS_UNAVAILABLE' });
      own.resume();
      const claims = async (): Promise<number> => {
        const keys = await plain.keys('*:guard:*');
        const types = await Promise.all(keys.map((key) => plain.type(key)));
        const counts = keys.map((key, index) =>
          types[index] === 'zset' ? plain.zCard(key) : plain.hExists(key, 'flight'),
        );
        return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
      };
      // Without it, the claims end after 10 seconds by themselves.
      await waitFor(async () => (await claims()) === 0, { what: 'the end of all claims', limitMs: 7000 });
    } finally {
      await gantz.close();
      await own.stop();
    }
  });

  it('work when Redis is slow, as long as it answers within their time limit', async () => {
    await using gantz = await open(redis.url);
    const plain = await redis.client();
    for (const [guard] of GUARDS) {
      await plain.sendCommand(['CLIENT', 'PAUSE', '200', 'ALL']);
      const { code, isSkipped } = await gantz.run(guard);
      assert.deepEqual([code, isSkipped], ['ok', false], guard);
    }
  });

  it('finish a call whose Redis goes away while the action runs', async () => {
    const relay = await startRelay(connectTo(redis.socketPath));
    const slow = await startServer((response) => {
      relay.fault = 'silence';
      response.setHeader('content-type', 'application/json').end('{}');
    });
    const cwd = folderWith({
      'gantz.yaml': `name: leaving\ntools:\n  - { name: tool, description: d, http: { url: "${slow.origin}/" }, concurrency: 1, circuit_breaker: true, rate_limit: 9/h }\n`,
    });
    const env = { PATH: process.env['PATH'], REDIS_URL: `redis://127.0.0.1:${relay.port}` };
    const gantz = await openGantz({ cwd, env });
    try {
      const startedAt = performance.now();
      await gantz.call('tool');
      assert.ok(performance.now() - startedAt < 4000);
    } finally {
      await gantz.close();
      await Promise.all([slow.close(), relay.stop()]);
    }
  });

  it('keep their limits in a failover, and no call hangs', async () => {
    const group = await startSentinels();
    const cwd = folderWith({
      'gantz.yaml': `name: failover\ntools:\n  - { name: tool, description: d, http: { url: "${server.origin}/" }, concurrency: { limit: 2, wait: 5s }, rate_limit: 100000/h, circuit_breaker: true }\n`,
    });
    const gantz = await openGantz({ cwd, env: { PATH: process.env['PATH'], REDIS_URL: group.url } });
    try {
      await gantz.call('tool');
      const failover = group.failOver();
      const codes: string[] = [];
      let longestMs = 0;
      const isOver = { value: false };
      void failover.finally(() => (isOver.value = true));
      while (!isOver.value) {
        const startedAt = performance.now();
        codes.push(
          await gantz.call('tool').then(
            () => 'ok',
            (error: unknown) => (error as { code: string }).code,
          ),
        );
        longestMs = Math.max(longestMs, performance.now() - startedAt);
      }
      await failover;
      assert.deepEqual(
        codes.filter((code) => code !== 'ok' && code !== 'REDIS_UNAVAILABLE' && code !== 'OVERLOADED'),
        [],
      );
      assert.ok(longestMs < 9000, `a call took ${longestMs} ms`);
      await waitFor(
        async () =>
          await gantz.call('tool').then(
            () => true,
            () => false,
          ),
        { what: 'a call on the new master' },
      );
    } finally {
      await gantz.close();
      await group.stop();
    }
  });
});
