import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { RateLimitCombinedInput } from '../../lib/generated/tools.ts';
import { dump } from '../helpers/redis-server.ts';
import { openRows, useRows } from '../helpers/rows.ts';

const HOUR = 3600;
const YEAR = 31_536_000;

describe('rate_limit_combined', () => {
  const { redis, rows } = useRows();
  let identifiers = 0;

  /** Creates limits with a new identifier: pairs of a limit and its window in seconds. */
  function limiter(...pairs: readonly (readonly [limit: number, window: number])[]) {
    const identifier = `caller:${identifiers++}`;
    const limits = pairs.map(([limit, window_seconds]) => ({ limit, window_seconds }));
    return {
      identifier,
      ask: (cost = 1, more: Partial<RateLimitCombinedInput> = {}) =>
        rows.call('rate_limit_combined', { identifier, limits, cost, ...more }),
      /** Makes the entries of a window older by this many seconds. */
      age: async (window: number, seconds: number): Promise<void> => {
        const key = `${rows.namespace}:rate:{r:${identifier}}:sliding:${window}`;
        for (const member of await redis.plain.zRange(key, 0, -1))
          await redis.plain.zIncrBy(key, -seconds * 1e6, member);
      },
    };
  }

  it('counts a request in all windows when each allows it', async () => {
    const { ask } = limiter([3, HOUR], [10, YEAR]);
    const { limits, ...answer } = await ask(2);
    assert.deepEqual(answer, { allowed: true, blocking: null, retry_after_ms: 0 });
    assert.deepEqual(
      limits.map(({ reset_at, ...one }) => [
        one,
        Math.abs(reset_at - Date.now() / 1000 - one.window_seconds) < 60,
      ]),
      [
        [{ limit: 3, window_seconds: HOUR, current: 2, remaining: 1, retry_after_ms: 0 }, true],
        [{ limit: 10, window_seconds: YEAR, current: 2, remaining: 8, retry_after_ms: 0 }, true],
      ],
    );
  });

  it('counts a request in no window when one denies it, and names the window that denies it longest', async () => {
    const { ask, age } = limiter([3, HOUR], [100, 2 * HOUR], [4, 24 * HOUR]);
    await ask(3);
    const before = await dump(redis.plain);
    const denied = await ask(1);
    assert.deepEqual([denied.allowed, denied.blocking], [false, HOUR]);
    assert.deepEqual(
      denied.limits.map(({ current, retry_after_ms: wait }) => [current, wait > 0]),
      [
        [3, true],
        [3, false],
        [3, false],
      ],
    );
    assert.equal(denied.retry_after_ms, denied.limits[0]?.retry_after_ms);
    const both = await ask(2);
    assert.equal(both.blocking, 24 * HOUR);
    assert.equal(both.retry_after_ms, both.limits[2]?.retry_after_ms);
    assert.deepEqual(await dump(redis.plain), before);
    await age(HOUR, HOUR);
    const allowed = await ask(1);
    assert.deepEqual([allowed.allowed, ...allowed.limits.map(({ current }) => current)], [true, 1, 4, 4]);
  });

  it('uses the windows of rate_limit_sliding_window', async () => {
    const { ask, identifier } = limiter([5, HOUR], [6, YEAR]);
    await rows.call('rate_limit_sliding_window', { identifier, limit: 5, window_seconds: HOUR, cost: 2 });
    assert.deepEqual(
      (await ask(3)).limits.map(({ current }) => current),
      [5, 3],
    );
    const looked = await rows.call('rate_limit_sliding_window', {
      identifier,
      limit: 6,
      window_seconds: YEAR,
      cost: 0,
    });
    assert.equal(looked.current, 3);
    assert.deepEqual(await rows.call('rate_limit_reset', { identifier }), { reset: 2 });
  });

  it('looks with a cost of 0, and writes nothing', async () => {
    const { ask } = limiter([1, HOUR], [5, YEAR]);
    assert.deepEqual([(await ask(0)).allowed, (await ask(1)).allowed], [true, true]);
    const before = await dump(redis.plain);
    const { allowed, blocking, limits } = await ask(0);
    assert.deepEqual([allowed, blocking, ...limits.map(({ current }) => current)], [false, HOUR, 1, 1]);
    assert.deepEqual(await dump(redis.plain), before);
  });

  it('allows exactly the smallest limit of 100 parallel callers', async () => {
    const { ask, identifier } = limiter([10, HOUR], [12, YEAR]);
    const clients = Array.from({ length: 10 }, () => openRows(redis, rows.namespace));
    const limits = [
      { limit: 12, window_seconds: YEAR },
      { limit: 10, window_seconds: HOUR },
    ];
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, index) =>
        (clients[index % 10] ?? rows).call('rate_limit_combined', { identifier, limits }),
      ),
    );
    assert.equal(answers.filter(({ allowed }) => allowed).length, 10);
    assert.deepEqual(
      (await ask(0)).limits.map(({ current }) => current),
      [10, 10],
    );
    await Promise.all(clients.map((one) => one.close()));
  });

  it('refuses a cost above a limit and equal windows, and writes nothing', async () => {
    const { ask, identifier } = limiter([3, HOUR], [9, YEAR]);
    const limits = [
      { limit: 3, window_seconds: HOUR },
      { limit: 9, window_seconds: YEAR },
    ];
    const common = { identifier, limits };
    await rows.failure('rate_limit_combined', { ...common, cost: 4 }, 'INVALID_PARAMETERS');
    const twice = [...limits, { limit: 4, window_seconds: HOUR }];
    const { details } = await rows.failure(
      'rate_limit_combined',
      { identifier, limits: twice },
      'INVALID_PARAMETERS',
    );
    assert.equal(details?.[0]?.path, '/limits/2/window_seconds');
    await rows.failure('rate_limit_combined', { identifier, limits: [] }, 'INVALID_PARAMETERS');
    assert.deepEqual(
      (await ask(0)).limits.map(({ current }) => current),
      [0, 0],
    );
    assert.deepEqual(await rows.call('rate_limit_reset', { identifier }), { reset: 0 });
  });

  it('takes ten windows', async () => {
    const { ask } = limiter(...Array.from({ length: 10 }, (_, index) => [index + 1, 1000 + index] as const));
    assert.equal((await ask()).allowed, true);
    const { allowed, blocking } = await ask();
    assert.deepEqual({ allowed, blocking }, { allowed: false, blocking: 1000 });
  });
});
