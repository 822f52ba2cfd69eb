import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { dump } from '../helpers/redis-server.ts';
import { useRows } from '../helpers/rows.ts';

describe('on a server that is out of memory', () => {
  const { redis, rows } = useRows();
  let session_id: string;
  let lockToken = '';
  let token = '';
  before(async () => {
    ({ session_id } = await rows.call('session_create', { data: { a: 1 }, ttl: null }));
    lockToken = String((await rows.call('lock_acquire', { name: 'held' })).token);
    await rows.call('cache_set', { key: 'kept', value: 1, ttl: null });
    await rows.call('list_push', { key: 'full', values: [1, 2] });
    token = String((await rows.call('cache_lease', { key: 'leased', lease_seconds: 600 })).token);
    await rows.call('queue_add_many', { queue: 'work', payloads: [1, 2], max_attempts: 2 });
    for (const event of [1, 2]) await rows.call('stream_append', { stream: 'full', event });
    await rows.call('stream_take', { stream: 'full', group: 'g' });
    // One entry that has expired, and one that has not.
    const log = `${rows.namespace}:rate:{r:a}:sliding:5`;
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
    ['cache_set_many', () => ({ entries: { a: 1, kept: 2 } })],
    ['cache_increment', () => ({ key: 'a' })],
    ['cache_lease', () => ({ key: 'a' })],
    ['cache_fulfill', () => ({ key: 'leased', token, value: 1, stale_for: 60 })],
    ['list_push', () => ({ key: 'a', values: [1] })],
    ['list_push', () => ({ key: 'full', values: [3], max_length: 2 })],
    ['hash_set', () => ({ key: 'a', mapping: { a: 1 } })],
    ['hash_increment', () => ({ key: 'a', field: 'a' })],
    ['set_add', () => ({ key: 'a', members: [1] })],
    ['sorted_set_add', () => ({ key: 'a', members: [{ member: 1, score: 1 }], ttl: 60 })],
    ['sorted_set_increment', () => ({ key: 'a', member: 1 })],
    ['lock_acquire', () => ({ name: 'a' })],
    ['lock_extend', () => ({ name: 'held', token: lockToken })],
    ['stream_append', () => ({ stream: 'a', event: 1 })],
    ['stream_append', () => ({ stream: 'full', event: 3, max_length: 2, ttl: 60 })],
    ['stream_take', () => ({ stream: 'full', group: 'new' })],
    ['session_create', () => ({})],
    ['session_update', () => ({ session_id, data: { b: 1 } })],
    ['session_create', () => ({ owner: 'ada' })],
    ['session_update', () => ({ session_id, data: { b: 1 }, merge: false })],
    ['session_update', () => ({ session_id, data: { b: 1 }, unset: ['a'], fence: 5 })],
    ['session_patch', () => ({ session_id, patch: { a: null } })],
    ['queue_add', () => ({ queue: 'a', payload: 1, dedup_id: 'a' })],
    ['queue_add_many', () => ({ queue: 'full', payloads: [1, 2], delay: 5 })],
    ['rate_limit_check', () => window],
    ['rate_limit_sliding_window', () => window],
    ['rate_limit_token_bucket', () => ({ identifier: 'a', capacity: 5, refill_per_second: 1 })],
    [
      'rate_limit_combined',
      () => ({
        identifier: 'a',
        limits: [
          { limit: 100, window_seconds: 50 },
          { limit: 100, window_seconds: 5 },
        ],
      }),
    ],
  ] as const) {
    it(`${tool} writes nothing, and its message names the cause`, async () => {
      const untouched = await dump(redis.plain);
      const error = await rows.failure(tool, input(), 'REDIS_UNAVAILABLE');
      assert.match(error.message, /OOM/);
      assert.deepEqual(await dump(redis.plain), untouched);
    });
  }

  it('the jobs of a queue can be taken and finished', async () => {
    const queue = 'work';
    const take = async (): Promise<string[]> =>
      (await rows.call('queue_take', { queue })).jobs.map(({ receipt }) => receipt);
    const [first, second] = [await take(), await take()];
    assert.equal((await rows.call('queue_extend', { queue, receipts: first })).extended, 1);
    assert.equal((await rows.call('queue_ack', { queue, receipts: first })).acked, 1);
    const failed = { queue, delay: 0, error: 'no' };
    assert.equal((await rows.call('queue_nack', { ...failed, receipts: second })).requeued, 1);
    assert.equal((await rows.call('queue_nack', { ...failed, receipts: await take() })).dead, 1);
    assert.equal((await rows.call('queue_requeue', { queue })).moved, 1);
    assert.equal((await rows.call('queue_purge', { queue })).removed, 1);
  });

  it('stream_take, stream_ack and stream_trim still work, so that consumers can make room', async () => {
    const { events } = await rows.call('stream_take', { stream: 'full', group: 'g', min_idle: 0, count: 2 });
    assert.equal(events.length, 2);
    const ids = events.map(({ id }) => id);
    assert.deepEqual(await rows.call('stream_ack', { stream: 'full', group: 'g', ids }), { acked: 2 });
    assert.deepEqual(await rows.call('stream_trim', { stream: 'full', max_length: 0 }), { removed: 2 });
  });
});
