import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { StateListInput, StateListResult } from '../../lib/generated/tools.ts';
import { openRows, useRows, type Rows } from '../helpers/rows.ts';

type Kind = StateListInput['kind'];
type Entry = StateListResult['entries'][number];

const HOUR = 3_600_000;

describe('state_list', () => {
  const { redis, rows } = useRows();
  const send = async (...words: string[]): Promise<unknown> => await redis.plain.sendCommand(words);
  const list = async (input: StateListInput, own = rows): Promise<Entry[]> => {
    const { entries, count, cursor } = await own.call('state_list', input);
    assert.deepEqual([count, cursor], [entries.length, null]);
    return entries.sort((one, other) => (one.name < other.name ? -1 : 1));
  };
  const key = (own: Rows, rest: string): string => `${own.namespace}:${rest}`;
  const assertLeft = (ttl: number | null | undefined, most: number): void =>
    assert.ok(typeof ttl === 'number' && ttl > most - 60_000 && ttl < most + 1000, String(ttl));

  /** Makes one structure of a kind, named `a`, with a time to live of an hour unless `ttl` is null. */
  const MAKE: Record<Kind, (own: Rows, ttl: number | null) => Promise<unknown>> = {
    cache: (own, ttl) => own.call('cache_set', { key: 'a', value: 'été', ttl }),
    list: (own, ttl) => own.call('list_push', { key: 'a', values: [1, 2], ttl }),
    hash: (own, ttl) => own.call('hash_set', { key: 'a', mapping: { b: 1, c: 2, d: 3 }, ttl }),
    set: (own, ttl) => own.call('set_add', { key: 'a', members: [1, 2, 3, 4], ttl }),
    sorted_set: (own, ttl) =>
      own.call('sorted_set_add', { key: 'a', members: [{ member: 1, score: 1 }], ttl }),
    session: (own, ttl) => own.call('session_create', { data: { user: 'ada', '\ud800': 1 }, ttl }),
    lock: async (own) => {
      const until_ms = String(Date.now() + HOUR);
      await send('HSET', key(own, 'lock:a'), 'token', 't', 'owner', 'o', 'fence', '5', 'until_ms', until_ms);
    },
    queue: async (own, ttl) => {
      const jobs = key(own, 'queue:{q:a}:jobs');
      await send(
        'HSET',
        jobs,
        'sequence',
        '2',
        'id1',
        'x',
        'id1:payload',
        '1',
        'id2',
        'x',
        'id2:payload',
        '2',
      );
      if (ttl !== null) await send('EXPIRE', jobs, String(ttl));
      await send('ZADD', key(own, 'queue:{q:a}:ready'), '1', 'id1');
      await send('SET', key(own, 'queue:{q:a}:dedup:x}:jobs'), 'id1');
    },
    stream: async (own, ttl) => {
      for (let event = 1; event <= 6; event++) await own.call('stream_append', { stream: 'a', event, ttl });
    },
    rate_limit: async (own, ttl) => {
      const index = key(own, 'rate:{r:a}');
      await send('ZADD', index, '1', 'fixed:60', '2', 'bucket');
      if (ttl !== null) await send('EXPIRE', index, String(ttl));
      await send('HSET', `${index}:fixed:60`, 'count', '1');
      await send('ZADD', `${index}:sliding:60}`, '1', 'x');
    },
  };
  const SIZES: Record<Kind, number> = {
    ...{
      cache: 5,
      list: 2,
      hash: 3,
      set: 4,
      sorted_set: 1,
      session: 2,
      lock: 1,
      queue: 2,
      stream: 6,
      rate_limit: 2,
    },
  };

  for (const kind of Object.keys(SIZES) as (keyof typeof SIZES)[]) {
    it(`lists each ${kind} once, with its size and its time to live, and no structure of another kind`, async () => {
      const own = openRows(redis);
      for (const make of Object.values(MAKE)) await make(own, 3600);
      const [entry, ...more] = await list({ kind }, own);
      assert.deepEqual(more, []);
      if (kind !== 'session') assert.equal(entry?.name, 'a');
      assert.equal(entry?.size, SIZES[kind]);
      assertLeft(entry.ttl_ms, HOUR);
      await own.close();
    });

    if (kind !== 'lock')
      it(`has ttl_ms null for a ${kind} without expiry`, async () => {
        const own = openRows(redis);
        await MAKE[kind](own, null);
        assert.deepEqual(
          (await list({ kind }, own)).map(({ ttl_ms }) => ttl_ms),
          [null],
        );
        await own.close();
      });
  }

  it('leaves out locks that are not held', async () => {
    const own = openRows(redis);
    await send('HSET', key(own, 'lock:expired'), 'token', 't', 'until_ms', String(Date.now() - 60_000));
    await send('HSET', key(own, 'lock:released'), 'fence', '5');
    assert.deepEqual(await list({ kind: 'lock' }, own), []);
    await own.close();
  });

  it('leaves out keys of another type', async () => {
    const own = openRows(redis);
    await send('RPUSH', key(own, 'cache:foreign'), 'x');
    await send('SET', key(own, 'stream:foreign'), 'x');
    await send('SET', key(own, 'queue:{q:foreign}:jobs'), 'x');
    for (const kind of ['cache', 'stream', 'queue'] as const) assert.deepEqual(await list({ kind }, own), []);
    await own.close();
  });

  it('has queues whose names contain what tags escape, and matches patterns with it', async () => {
    const own = openRows(redis);
    for (const tag of ['a%7Db', 'a%25b', 'plain', 'x:y', '{'])
      await send('HSET', key(own, `queue:{q:${tag}}:jobs`), 'sequence', '0');
    const names = async (pattern: string): Promise<string[]> =>
      (await list({ kind: 'queue', pattern }, own)).map(({ name }) => name);
    assert.deepEqual(await names('*'), ['a%b', 'a}b', 'plain', 'x:y', '{']);
    assert.deepEqual(await names('a}*'), ['a}b']);
    assert.deepEqual(await names('a%b'), ['a%b']);
    assert.deepEqual(await names('*:jobs'), []);
    assert.deepEqual((await list({ kind: 'queue', pattern: 'plain' }, own))[0]?.size, 0);
    await own.close();
  });

  it('matches patterns as cache_keys does', async () => {
    const own = openRows(redis, `names.${rows.namespace}`);
    for (const name of ['ab', 'a*', 'a?', 'a[b]', 'a\\b', 'b', ''])
      await send('RPUSH', key(own, `list:${name}`), '1');
    for (const [pattern, names] of [
      ['a\\*', ['a*']],
      ['a?', ['a*', 'a?', 'ab']],
      ['a[bc]', ['ab']],
      ['a\\[b\\]', ['a[b]']],
      ['a\\\\b', ['a\\b']],
      ['list:*', []],
    ] as const)
      assert.deepEqual(
        (await list({ kind: 'list', pattern }, own)).map(({ name }) => name),
        names,
        pattern,
      );
    await own.failure('state_list', { kind: 'list', pattern: '\ud800' }, 'INVALID_PARAMETERS');
    await own.failure('state_list', { kind: 'list', cursor: 'x' }, 'INVALID_PARAMETERS');
    await own.close();
  });

  it('gives every structure page by page, and ends with a null cursor', async () => {
    const own = openRows(redis);
    const names = Array.from({ length: 2000 }, (_, at) => `set ${at}`);
    await Promise.all(names.map((name) => send('SADD', key(own, `set:${name}`), 'x')));
    const found = new Set<string>();
    let pages = 0;
    let cursor: string | null = '0';
    do {
      const page: StateListResult = await own.call('state_list', { kind: 'set', cursor });
      for (const { name, size } of page.entries) {
        assert.equal(size, 1);
        found.add(name);
      }
      pages++;
      cursor = page.cursor;
    } while (cursor !== null);
    assert.deepEqual([...found].sort(), names.sort());
    assert.ok(pages > 5, `${pages} pages`);
    await own.close();
  });
});
