import assert from 'node:assert/strict';
import { createHash, randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { Deadline } from '../../lib/contract/deadline.ts';
import { GantzError } from '../../lib/contract/errors.ts';
import { idempotent } from '../../lib/redis/idempotent.ts';
import { openRedis, type RedisHandle } from '../../lib/redis/open.ts';
import type { Redis } from '../../lib/redis/redis.ts';
import type { Script } from '../../lib/redis/scripts.ts';
import { onCluster, useRows } from '../helpers/rows.ts';
import { startRedis } from '../helpers/redis-server.ts';

const HOUR = 3_600_000;

/** Expressions of Lua that a script can return, with what changed and what changed nothing. */
const CHANGED = [
  '1',
  '-5',
  '9007199254740991',
  '-9007199254740991',
  "''",
  "'0'",
  "'\\0\\1\\127'",
  "'ü😀'",
  "redis.status_reply('FINE')",
  "{ 1, false, 'x' }",
  "{ 1, {}, { 2, { false, { 'deep' } } } }",
  "{ 'a', redis.status_reply('FINE'), -1 }",
  `{ 1, ${'{'.repeat(12)} 7 ${'}'.repeat(12)} }`,
];
const UNCHANGED = ['0', 'nil', 'false', '{}', '{ 0, 5 }', "{ false, 'x' }", "{ {}, 'x' }"];

describe('idempotent', () => {
  const { redis: servers, rows } = useRows();
  let handle: RedisHandle | undefined;
  before(() => {
    const { url, env } = servers;
    handle = openRedis({ url, namespace: rows.namespace, env, mode: 'long-lived', notice: () => undefined });
  });
  after(async () => await handle?.close());

  async function use<R>(work: (redis: Redis) => Promise<R>): Promise<R> {
    assert.ok(handle);
    return await handle.use({ deadline: new Deadline({ budgetMs: 60_000 }) }, work);
  }

  /** Runs `work` once for a key, and returns its result and whether it was replayed. */
  async function once<R>(
    key: string,
    work: (redis: Redis) => Promise<R>,
    call = 'call',
  ): Promise<{ result: R; replayed: boolean }> {
    return await use(async (redis) => {
      const fingerprint = digest('sha256', call);
      const keyed = await idempotent(redis, { key, fingerprint, keepMs: HOUR });
      return { result: await work(keyed.redis), replayed: keyed.replayed() };
    });
  }

  for (const expression of CHANGED) {
    it(`replays the reply ${expression.slice(0, 50)}`, async () => {
      const [key, counter] = [randomUUID(), `returns-${randomUUID()}`];
      const script = scriptOf(`redis.call('INCR', KEYS[1])\nreturn ${expression}`);
      const run = async (redis: Redis): Promise<unknown> =>
        await redis.run(script, [redis.key('cache', counter)], []);
      const direct = await use(async (redis) => await redis.run(script, [redis.key('cache', 'other')], []));
      assert.deepEqual(await once(key, run), { result: direct, replayed: false });
      assert.deepEqual(await once(key, run), { result: direct, replayed: true });
      assert.deepEqual(await once(key, run), { result: direct, replayed: true });
      assert.equal((await rows.call('cache_get', { key: counter })).value, 1);
    });
  }

  for (const expression of UNCHANGED) {
    it(`does not keep the reply ${expression}, which changed nothing`, async () => {
      const key = randomUUID();
      const script = scriptOf(`redis.call('INCR', KEYS[1])\nreturn ${expression}`);
      const run = async (redis: Redis): Promise<unknown> =>
        await redis.run(script, [redis.key('cache', key)], []);
      const direct = await use(async (redis) => await redis.run(script, [redis.key('cache', 'other')], []));
      assert.deepEqual(await once(key, run), { result: direct, replayed: false });
      assert.deepEqual(await once(key, run), { result: direct, replayed: false });
      assert.equal((await rows.call('cache_get', { key })).value, 2);
    });
  }

  it('gives the reply of a command as without a key, and replays it', async () => {
    const words = (redis: Redis): [string[], unknown][] => {
      const name = (space: 'cache' | 'list' | 'hash', suffix: string): string =>
        redis.key(space, `command-${suffix}`);
      return [
        [['SET', name('cache', 'a'), 'text', 'EX', '60', 'NX'], 'OK'],
        [['UNLINK', name('cache', 'a')], 1],
        [['RPUSH', name('list', 'l'), 'x', 'y'], 2],
        [['RPOP', name('list', 'l')], 'y'],
        [['HSET', name('hash', 'h'), 'f', 'v'], 1],
        [['HDEL', name('hash', 'h'), 'f', 'g'], 1],
      ];
    };
    for (const [index] of (await use((redis) => Promise.resolve(words(redis)))).entries()) {
      for (const replayed of [false, true]) {
        let expected: unknown;
        const answer = await once(`command-${index}`, async (redis) => {
          const [command = [], reply] = words(redis)[index] ?? [];
          expected = reply;
          return await redis.write(command);
        });
        assert.deepEqual(answer, { result: expected, replayed });
      }
    }
  });

  it('runs commands with more words than Lua can unpack', async () => {
    const fields = Array.from({ length: 20_001 }, (_, index) => `f${index}`);
    await rows.call('hash_set', {
      key: 'many',
      mapping: Object.fromEntries(fields.map((name) => [name, 1])),
    });
    const remove = async (redis: Redis): Promise<unknown> =>
      await redis.write(['HDEL', redis.key('hash', 'many'), ...fields.slice(1)]);
    assert.deepEqual(await once('many', remove), { result: 20_000, replayed: false });
    assert.deepEqual(await once('many', remove), { result: 20_000, replayed: true });
    assert.deepEqual((await rows.call('hash_get', { key: 'many' })).data, { f0: 1 });
  });

  it('keeps the error reply of no command, so that a repetition runs', async () => {
    await rows.call('cache_set', { key: 'typed', value: 1 });
    const pop = async (redis: Redis): Promise<unknown> =>
      await redis.write(['LPOP', redis.key('cache', 'typed')]);
    await assert.rejects(once('typed', pop), { code: 'WRONG_TYPE', outcome: 'none' });
    await assert.rejects(once('typed', pop), { code: 'WRONG_TYPE', outcome: 'none' });
  });

  it('pops no value that is larger than 64 KiB', async () => {
    const value = 'x'.repeat(64 * 1024 + 1);
    await rows.call('list_push', { key: 'large', values: [value, value.slice(1)], left: false });
    const pop = async (command: string): Promise<unknown> =>
      (await once(`large-${command}`, (redis) => redis.write([command, redis.key('list', 'large')]))).result;
    await assert.rejects(pop('LPOP'), { code: 'OUTPUT_TOO_LARGE', outcome: 'none' });
    assert.equal(await pop('RPOP'), value.slice(1));
    assert.equal((await rows.call('list_length', { key: 'large' })).length, 1);
  });

  it('refuses the key of another call', async () => {
    const set = async (redis: Redis): Promise<unknown> =>
      await redis.write(['SET', redis.key('cache', 'fingerprint'), '1']);
    await once('fingerprint', set, 'one call');
    const conflict = { code: 'CONFLICT', outcome: 'none', retryable: false };
    await assert.rejects(once('fingerprint', set, 'another call'), conflict);
    assert.equal((await once('fingerprint', set, 'one call')).replayed, true);
  });

  it('makes one effect of 50 calls at the same time, with 50 equal replies', async () => {
    const script = scriptOf("return { 1, redis.call('INCR', KEYS[1]), ARGV[1] }");
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        once('parallel', (redis) => redis.run(script, [redis.key('cache', 'parallel')], [`text ${index}`])),
      ),
    );
    const [first] = answers;
    for (const { result } of answers) assert.deepEqual(result, first?.result);
    assert.equal(answers.filter(({ replayed }) => !replayed).length, 1);
    assert.equal((await rows.call('cache_get', { key: 'parallel' })).value, 1);
  });

  it('works for keys with any braces', async () => {
    const names = ['{', '}', '{}', '}{', '{a}b', 'a{b}c', '{{a}}', '{a', 'a}', '{}a{b}', '{é}', 'ü}ü'];
    const script = scriptOf("return { 1, redis.call('INCR', KEYS[1]) }");
    for (const name of names) {
      const run = async (redis: Redis): Promise<unknown> =>
        await redis.run(script, [redis.key('cache', name)], []);
      assert.deepEqual(await once(name, run), { result: [1, 1], replayed: false }, name);
      assert.deepEqual(await once(name, run), { result: [1, 1], replayed: true }, name);
    }
  });

  it(
    'has a record for each key that a call writes, in a cluster',
    { skip: !onCluster('it is one') },
    async () => {
      const script = scriptOf("return { 1, redis.call('INCR', KEYS[1]) }");
      const run = async (redis: Redis): Promise<unknown[]> =>
        await Promise.all(
          ['{t}1', '{t}2', 'elsewhere'].map((name) => redis.run(script, [redis.key('cache', name)], [])),
        );
      const result = [1, 1, 1].map((one) => [1, one]);
      assert.deepEqual(await once('several', run), { result, replayed: false });
      assert.deepEqual(await once('several', run), { result, replayed: true });
    },
  );

  it('gives a repetition the same new ids in a cluster', { skip: !onCluster('it is one') }, async () => {
    const ids = async (redis: Redis): Promise<string[]> =>
      await Promise.resolve([redis.newId(), redis.newId()]);
    const { result } = await once('ids', ids);
    assert.deepEqual((await once('ids', ids)).result, result);
    assert.equal(new Set(result).size, 2);
    for (const id of result) assert.match(id, /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    assert.notDeepEqual((await once('other ids', ids)).result, result);
  });

  it('keeps a record only for its time', async () => {
    await once('expires', (redis) => redis.write(['SET', redis.key('cache', 'expires'), '1']));
    const key = await use((redis) => Promise.resolve(redis.key('idempotency', digest('sha256', 'expires'))));
    const left = await servers.plain.pTTL(key);
    assert.ok(left > HOUR - 60_000 && left <= HOUR, String(left));
  });

  describe('a script that gives out a lease', () => {
    // The lease is a key with its token. ARGV[1] is the token of a new lease, ARGV[2] how long it lasts.
    const lease = scriptOf(`
      local kept = ARGV.kept
      local now = redis.call('TIME')
      now = now[1] * 1000 + math.floor(now[2] / 1000)
      local token = redis.call('GET', KEYS[1])
      if kept and token == kept[2] then
        local left = redis.call('PTTL', KEYS[1])
        return { 1, token, left }, now + left, true
      end
      if token then return { 0 } end
      redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
      return { 1, ARGV[1], tonumber(ARGV[2]) }, now + ARGV[2]`);
    const take = async (key: string, token: string): Promise<{ result: unknown; replayed: boolean }> =>
      await once(key, (redis) => redis.run(lease, [redis.key('cache', 'lease')], [token, '30000']));

    it('is replayed while the lease lasts, with the time that is left', async () => {
      assert.deepEqual(await take('lease', 'one'), { result: [1, 'one', 30_000], replayed: false });
      const { result, replayed } = await take('lease', 'two');
      const [acquired, token, left] = result as [number, string, number];
      assert.deepEqual([acquired, token, replayed], [1, 'one', true]);
      assert.ok(left <= 30_000 && left > 0);
      assert.deepEqual(await take('another key', 'three'), { result: [0], replayed: false });
    });

    it('starts anew when the lease has ended before its time', async () => {
      await use((redis) => redis.write(['UNLINK', redis.key('cache', 'lease')]));
      assert.deepEqual(await take('lease', 'four'), { result: [1, 'four', 30_000], replayed: false });
      assert.equal((await take('lease', 'five')).replayed, true);
    });

    it('has a record that ends with it', { skip: onCluster('the record has another key') }, async () => {
      const key = await use((redis) => Promise.resolve(redis.key('idempotency', digest('sha256', 'lease'))));
      const left = await servers.plain.pTTL(key);
      assert.ok(left > 0 && left <= 30_000, String(left));
    });
  });

  it('writes neither effect nor record when the memory is full', async () => {
    const server = await startRedis();
    const full = openRedis({ url: server.url, env: {}, mode: 'long-lived', notice: () => undefined });
    const keyed = async (key: string, words: string[]): Promise<{ result: unknown; replayed: boolean }> =>
      await full.use({ deadline: new Deadline({ budgetMs: 60_000 }) }, async (redis) => {
        const one = await idempotent(redis, { key, fingerprint: digest('sha256', key), keepMs: HOUR });
        return { result: await one.redis.write(words), replayed: one.replayed() };
      });
    const lease = scriptOf(`
      local finish = redis.call('TIME')[1] * 1000 + 60000
      if ARGV.kept then return ARGV.kept, finish, true end
      redis.call('SET', KEYS[1], 'token')
      return { 1, 'token' }, finish`);
    const keyedLease = async (): Promise<{ result: unknown; replayed: boolean }> =>
      await full.use({ deadline: new Deadline({ budgetMs: 60_000 }) }, async (redis) => {
        const one = await idempotent(redis, {
          key: 'lease',
          fingerprint: digest('sha256', 'lease'),
          keepMs: HOUR,
        });
        return { result: await one.redis.run(lease, ['held'], []), replayed: one.replayed() };
      });
    try {
      const plain = await server.client();
      await keyed('list', ['RPUSH', 'list', 'a', 'b']);
      await plain.configSet('maxmemory', '1');
      const refused = { code: 'REDIS_UNAVAILABLE', outcome: 'none' };
      await assert.rejects(keyed('set', ['SET', 'key', 'x']), refused);
      await assert.rejects(keyed('publish', ['PUBLISH', 'channel', 'x']), refused);
      // A command that frees memory runs, and its record is kept.
      assert.deepEqual(await keyed('pop', ['LPOP', 'list']), { result: 'a', replayed: false });
      assert.deepEqual(await keyed('pop', ['LPOP', 'list']), { result: 'a', replayed: true });
      await plain.configSet('maxmemory', '0');
      const leased = await keyedLease();
      await plain.configSet('maxmemory', '1');
      // The repetition gets its lease, although the record cannot be written again.
      assert.deepEqual(await keyedLease(), { ...leased, replayed: true });
      await plain.configSet('maxmemory', '0');
      assert.deepEqual(await keyed('set', ['SET', 'key', 'x']), { result: 'OK', replayed: false });
      assert.deepEqual(await keyed('publish', ['PUBLISH', 'channel', 'x']), { result: 0, replayed: false });
      assert.deepEqual(await keyed('publish', ['PUBLISH', 'channel', 'x']), { result: 0, replayed: true });
    } finally {
      await full.close();
      await server.stop();
    }
  });

  it('fails without an effect when there is no server', async () => {
    const server = await startRedis();
    await server.stop();
    const gone = openRedis({ url: server.url, env: {}, mode: 'one-shot', notice: () => undefined });
    const failure: unknown = await gone
      .use({ deadline: new Deadline({ budgetMs: 60_000 }) }, async (redis) => {
        const one = await idempotent(redis, { key: 'k', fingerprint: digest('sha256', 'k'), keepMs: HOUR });
        return await one.redis.write(['SET', 'key', 'x']);
      })
      .catch((error: unknown) => error);
    assert.ok(failure instanceof GantzError);
    assert.deepEqual([failure.code, failure.outcome], ['REDIS_UNAVAILABLE', 'none']);
    await gone.close();
  });
});

function scriptOf(source: string): Script {
  return { name: 'test', sha: digest('sha1', source), source };
}

function digest(algorithm: 'sha1' | 'sha256', text: string): string {
  return createHash(algorithm).update(text).digest('hex');
}
