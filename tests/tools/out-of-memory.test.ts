import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { dump } from '../helpers/redis-server.ts';
import { useRows } from '../helpers/rows.ts';

describe('on a server that is out of memory', () => {
  const { redis, rows } = useRows();
  let session_id: string;
  let token: string;
  before(async () => {
    ({ session_id } = await rows.call('session_create', { data: { a: 1 }, ttl: null }));
    token = String((await rows.call('lock_acquire', { name: 'held' })).token);
    await rows.call('cache_set', { key: 'kept', value: 1, ttl: null });
    await rows.call('list_push', { key: 'full', values: [1, 2] });
    // One entry that has expired, and one that has not.
    const log = `${rows.namespace}:rate:sliding:5:a`;
    const now = Date.now() * 1000;
    await redis.plain.zAdd(log, [
      { score: now - 6_000_000, value: '0000000000000001:0000000001' },
      { score: now, value: '0000000000000002:0000000001' },
    ]);
    await redis.plain.sendCommand(['CONFIG', 'SET', 'maxmemory', '1']);
  });

  const window = { identifier: 'a', limit: 100, window_seconds: 5 };
  for (const [tool, input] of [
    ['cache_set', () => ({ key: 'a', value: 1 })],
    ['cache_set', () => ({ key: 'kept', value: 2, expected: 1 })],
    ['cache_increment', () => ({ key: 'a' })],
    ['list_push', () => ({ key: 'a', values: [1] })],
    ['list_push', () => ({ key: 'full', values: [3], max_length: 2 })],
    ['hash_set', () => ({ key: 'a', mapping: { a: 1 } })],
    ['hash_increment', () => ({ key: 'a', field: 'a' })],
    ['set_add', () => ({ key: 'a', members: [1] })],
    ['sorted_set_add', () => ({ key: 'a', members: [{ member: 1, score: 1 }], ttl: 60 })],
    ['sorted_set_increment', () => ({ key: 'a', member: 1 })],
    ['lock_acquire', () => ({ name: 'a' })],
    ['lock_extend', () => ({ name: 'held', token })],
    ['session_create', () => ({})],
    ['session_update', () => ({ session_id, data: { b: 1 } })],
    ['session_update', () => ({ session_id, data: { b: 1 }, merge: false })],
    ['rate_limit_check', () => window],
    ['rate_limit_sliding_window', () => window],
  ] as const) {
    it(`${tool} writes nothing, and its message names the cause`, async () => {
      const untouched = await dump(redis.plain);
      const error = await rows.failure(tool, input(), 'REDIS_UNAVAILABLE');
      assert.match(error.message, /OOM/);
      assert.deepEqual(await dump(redis.plain), untouched);
    });
  }
});
