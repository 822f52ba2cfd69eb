import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { RateLimitCheckInput, RateLimitCheckResult } from '../../lib/generated/tools.ts';
import { slotOf } from '../../lib/redis/slot.ts';
import { dump } from '../helpers/redis-server.ts';
import { openRows, useRows } from '../helpers/rows.ts';
import { waitFor } from '../helpers/wait.ts';

const HOUR = 3600;
const YEAR = 31_536_000;
const KINDS = { rate_limit_check: 'fixed', rate_limit_sliding_window: 'sliding' } as const;
type Name = keyof typeof KINDS;

const { redis, rows } = useRows();
let identifiers = 0;

const fresh = (): string => `caller:${identifiers++}`;

const indexOf = (identifier: string): string => `${rows.namespace}:rate:{r:${identifier}}`;

function keyOf(name: Name, identifier: string, window: number): string {
  return `${indexOf(identifier)}:${KINDS[name]}:${window}`;
}

/** Makes the entries of a sliding log older by this many seconds; a negative number makes them younger. */
async function age(identifier: string, window: number, seconds: number): Promise<void> {
  const key = keyOf('rate_limit_sliding_window', identifier, window);
  for (const member of await redis.plain.zRange(key, 0, -1))
    await redis.plain.zIncrBy(key, -seconds * 1e6, member);
}

/** Returns what the server stores for an identifier. */
async function dumpOf(identifier: string): Promise<[string, string][]> {
  return Object.entries(await dump(redis.plain)).filter(([key]) => key.startsWith(indexOf(identifier)));
}

/** The clock of the server, in milliseconds. */
async function serverTime(): Promise<number> {
  const [seconds = '0', microseconds = '0'] = await redis.plain.sendCommand<string[]>(['TIME']);
  return Number(seconds) * 1000 + Number(microseconds) / 1000;
}

/** Creates a limit with a new identifier. */
function limiter(name: Name, common: Omit<RateLimitCheckInput, 'identifier'>) {
  const identifier = fresh();
  return {
    identifier,
    key: keyOf(name, identifier, common.window_seconds),
    ask: (cost = 1): Promise<RateLimitCheckResult> => rows.call(name, { identifier, ...common, cost }),
  };
}

for (const name of Object.keys(KINDS) as Name[]) {
  describe(name, () => {
    it('allows requests up to the limit, then denies them with the time to wait', async () => {
      const { ask } = limiter(name, { limit: 3, window_seconds: YEAR });
      for (const current of [1, 2, 3]) {
        const { reset_at, ...answer } = await ask();
        assert.deepEqual(answer, {
          allowed: true,
          current,
          limit: 3,
          remaining: 3 - current,
          retry_after_ms: 0,
        });
        assert.ok(reset_at > Date.now() / 1000 && reset_at <= Date.now() / 1000 + YEAR + 1);
      }
      const begun = Date.now();
      const { allowed, current, remaining, retry_after_ms, reset_at } = await ask();
      assert.deepEqual({ allowed, current, remaining }, { allowed: false, current: 3, remaining: 0 });
      assert.ok(retry_after_ms > 0 && begun + retry_after_ms <= reset_at * 1000 + 1000);
    });

    it('does not count a denied request', async () => {
      const { ask } = limiter(name, { limit: 10, window_seconds: YEAR });
      await ask(8);
      for (let time = 0; time < 20; time++) assert.equal((await ask(3)).current, 8);
      assert.deepEqual(await ask(2).then(({ allowed, current }) => ({ allowed, current })), {
        allowed: true,
        current: 10,
      });
    });

    it('allows exactly the limit of 100 parallel callers', async () => {
      const clients = Array.from({ length: 10 }, () => openRows(redis, rows.namespace));
      const identifier = fresh();
      const answers = await Promise.all(
        Array.from({ length: 100 }, (_, index) =>
          (clients[index % 10] ?? rows).call(name, { identifier, limit: 10, window_seconds: YEAR }),
        ),
      );
      assert.equal(answers.filter((answer) => answer.allowed).length, 10);
      await Promise.all(clients.map((one) => one.close()));
    });

    it('refuses a cost above the limit, and writes nothing', async () => {
      const identifier = fresh();
      const { details } = await rows.failure(
        name,
        { identifier, limit: 3, window_seconds: 10, cost: 4 },
        'INVALID_PARAMETERS',
      );
      assert.equal(details?.[0]?.path, '/cost');
      assert.equal(await redis.plain.exists(keyOf(name, identifier, 10)), 0);
    });

    it('keeps windows of different lengths of one identifier apart', async () => {
      const identifier = fresh();
      for (let time = 0; time < 50; time++)
        await rows.call(name, { identifier, limit: 50, window_seconds: YEAR });
      await rows.call(name, { identifier, limit: 1, window_seconds: 1 });
      const { allowed, current } = await rows.call(name, { identifier, limit: 50, window_seconds: YEAR });
      assert.deepEqual({ allowed, current }, { allowed: false, current: 50 });
    });

    it('keeps identifiers that contain colons apart', async () => {
      const limit = { limit: 1, window_seconds: YEAR };
      assert.equal((await rows.call(name, { identifier: `1:${YEAR}:x`, ...limit })).allowed, true);
      assert.equal((await rows.call(name, { identifier: 'x', ...limit })).allowed, true);
      assert.equal((await rows.call(name, { identifier: `${YEAR}:x`, ...limit })).allowed, true);
    });

    it('sets a time to live on every key, at most the window', async () => {
      const { ask, key } = limiter(name, { limit: 2, window_seconds: 1000 });
      for (let time = 0; time < 3; time++) {
        await ask();
        const left = await redis.plain.pTTL(key);
        assert.ok(left > 0 && left <= 1_000_010, String(left));
      }
    });

    it('looks with a cost of 0 as for 1, and writes nothing', async () => {
      const { ask, identifier } = limiter(name, { limit: 2, window_seconds: YEAR });
      const untouched = await ask(0);
      assert.deepEqual(
        [untouched.allowed, untouched.current, untouched.remaining, untouched.retry_after_ms],
        [true, 0, 2, 0],
      );
      assert.equal(await redis.plain.exists(indexOf(identifier)), 0);
      await ask(1);
      const one = await ask(0);
      assert.deepEqual([one.allowed, one.current, one.remaining], [true, 1, 1]);
      await ask(1);
      const before = await dumpOf(identifier);
      const both = await ask(0);
      assert.deepEqual([both.allowed, both.current, both.remaining], [false, 2, 0]);
      assert.ok(both.retry_after_ms > 0);
      assert.deepEqual(await dumpOf(identifier), before);
    });

    it('has its keys in the slot of the identifier, whatever its text', async () => {
      for (const identifier of ['}', '{}', '{a}b', '%7D', 'a}{b', ' ', '\0', `x}:sliding:${YEAR}`]) {
        const common = { identifier, limit: 1, window_seconds: YEAR };
        assert.equal((await rows.call(name, common)).allowed, true, identifier);
        assert.equal((await rows.call(name, common)).allowed, false, identifier);
        const tag = identifier.replaceAll('%', '%25').replaceAll('}', '%7D');
        const key = keyOf(name, tag, YEAR);
        assert.equal(await redis.plain.exists(key), 1, key);
        assert.equal(slotOf(key), slotOf(indexOf(tag)));
      }
    });

    it('counts costs up to a billion exactly', async () => {
      const { ask } = limiter(name, { limit: 1e9, window_seconds: YEAR });
      assert.equal((await ask(999_999_999)).remaining, 1);
      assert.equal((await ask(2)).allowed, false);
      assert.deepEqual(await ask(1).then(({ allowed, current }) => [allowed, current]), [true, 1e9]);
    });

    it('denies a request when the limit was lowered below the used cost', async () => {
      const identifier = fresh();
      for (let time = 0; time < 5; time++)
        await rows.call(name, { identifier, limit: 5, window_seconds: YEAR });
      const answer = await rows.call(name, { identifier, limit: 2, window_seconds: YEAR });
      assert.deepEqual([answer.allowed, answer.current, answer.remaining], [false, 5, 0]);
    });
  });
}

describe('rate_limit_reset', () => {
  const YEARLY = { limit: 1, window_seconds: YEAR };

  it('forgets all windows and the bucket of an identifier, and those of no other one', async () => {
    const identifier = fresh();
    const other = `${identifier}:x`;
    const ask = async (who: string): Promise<boolean[]> => [
      (await rows.call('rate_limit_check', { identifier: who, ...YEARLY })).allowed,
      (await rows.call('rate_limit_check', { identifier: who, limit: 1, window_seconds: HOUR * 8000 }))
        .allowed,
      (await rows.call('rate_limit_sliding_window', { identifier: who, ...YEARLY })).allowed,
      (await rows.call('rate_limit_token_bucket', { identifier: who, capacity: 1, refill_per_second: 1e-6 }))
        .allowed,
    ];
    for (const who of [identifier, other]) assert.deepEqual(await ask(who), [true, true, true, true]);
    assert.deepEqual(await ask(identifier), [false, false, false, false]);
    assert.deepEqual(await rows.call('rate_limit_reset', { identifier }), { reset: 4 });
    assert.deepEqual(await rows.call('rate_limit_reset', { identifier }), { reset: 0 });
    assert.equal(await redis.plain.exists(indexOf(identifier)), 0);
    assert.deepEqual(await ask(identifier), [true, true, true, true]);
    assert.deepEqual(await ask(other), [false, false, false, false]);
  });

  it('removes 9,000 windows', async () => {
    const identifier = fresh();
    const windows = Array.from({ length: 9000 }, (_, index) => 10_000 + index);
    await Promise.all(
      windows.map((window) =>
        rows.call('rate_limit_check', { identifier, limit: 1, window_seconds: window * 1000 }),
      ),
    );
    assert.deepEqual(await rows.call('rate_limit_reset', { identifier }), { reset: 9000 });
    assert.equal(await redis.plain.exists(indexOf(identifier)), 0);
  });
});

describe('the index of an identifier', () => {
  it('lives at least as long as every key', async () => {
    const identifier = fresh();
    for (const window of [1000, YEAR, 60]) {
      await rows.call('rate_limit_sliding_window', { identifier, limit: 9, window_seconds: window });
      await rows.call('rate_limit_check', { identifier, limit: 9, window_seconds: window });
      const ends = [];
      for (const kind of ['fixed', 'sliding'])
        for (const one of [1000, YEAR, 60])
          ends.push(await redis.plain.pExpireTime(`${indexOf(identifier)}:${kind}:${one}`));
      assert.ok((await redis.plain.pExpireTime(indexOf(identifier))) >= Math.max(...ends));
    }
  });

  it('drops the entries of keys that are gone, ten at a time', async () => {
    const identifier = fresh();
    const gone = Array.from({ length: 25 }, (_, index) => ({ score: index + 1, value: `sliding:${index}` }));
    await redis.plain.zAdd(indexOf(identifier), gone);
    for (const [window, left] of [
      [50, 16],
      [60, 7],
      [60, 7],
      [70, 3],
    ] as const) {
      await rows.call('rate_limit_check', { identifier, limit: 9, window_seconds: window * 100_000 });
      assert.equal(await redis.plain.zCard(indexOf(identifier)), left);
    }
  });

  it('is written again when it is lost', async () => {
    const { ask, identifier } = limiter('rate_limit_sliding_window', { limit: 9, window_seconds: YEAR });
    await ask();
    await redis.plain.del(indexOf(identifier));
    await ask();
    assert.deepEqual(await rows.call('rate_limit_reset', { identifier }), { reset: 1 });
  });
});

describe('fixed window', () => {
  it('aligns windows to the clock of the server', async () => {
    const { ask } = limiter('rate_limit_check', { limit: 5, window_seconds: 3600 });
    const { reset_at } = await ask();
    assert.equal(reset_at % 3600, 0);
    assert.ok(reset_at > Date.now() / 1000 - 1 && reset_at <= Date.now() / 1000 + 3600);
  });

  it('sets the expiry once per window, at its end, and never again', async () => {
    const { ask, key } = limiter('rate_limit_check', { limit: 5, window_seconds: YEAR });
    const { reset_at } = await ask();
    assert.equal(await redis.plain.expireTime(key), reset_at);
    await redis.plain.expire(key, 1000);
    const at = await redis.plain.pExpireTime(key);
    await ask();
    assert.equal(await redis.plain.pExpireTime(key), at);
  });

  it('returns the time until the end of the window when it denies a request', async () => {
    const { ask } = limiter('rate_limit_check', { limit: 1, window_seconds: YEAR });
    await ask();
    const begun = Date.now();
    const { retry_after_ms, reset_at } = await ask();
    assert.ok(begun + retry_after_ms <= reset_at * 1000 + 10);
    assert.ok(Date.now() + retry_after_ms >= reset_at * 1000 - 10);
  });

  for (const [when, windows] of [
    ['the window before', -1],
    ['a later window, after the clock was set back', 1],
  ] as const) {
    it(`ignores the count of ${when}`, async () => {
      const { ask, key } = limiter('rate_limit_check', { limit: 2, window_seconds: YEAR });
      await ask(2);
      const start = Number(await redis.plain.hGet(key, 'start'));
      await redis.plain.hSet(key, 'start', String(start + windows * YEAR));
      const { allowed, current, reset_at } = await ask();
      assert.deepEqual({ allowed, current }, { allowed: true, current: 1 });
      assert.equal(await redis.plain.expireTime(key), reset_at);
      assert.equal(Number(await redis.plain.hGet(key, 'start')), start);
    });
  }

  it('allows calls again in the next window', async () => {
    const { ask } = limiter('rate_limit_check', { limit: 1, window_seconds: 1 });
    const next = async (allowed: boolean): Promise<RateLimitCheckResult> => {
      const answers: RateLimitCheckResult[] = [];
      const comes = async (): Promise<boolean> => {
        const answer = await ask();
        answers.push(answer);
        return answer.allowed === allowed;
      };
      await waitFor(comes, { what: `an answer with allowed ${allowed}` });
      const last = answers.at(-1);
      assert.ok(last);
      return last;
    };
    const denied = await next(false);
    const answer = await next(true);
    assert.ok(answer.reset_at > denied.reset_at, 'in a later window');
    assert.equal(answer.current, 1);
  });
});

describe('sliding window', () => {
  // The windows have hours, so the duration of the test has no effect.
  it('allows 9 of 30 hourly requests at a limit of 3 in 10 hours', async () => {
    const window = 10 * HOUR;
    const { identifier, ask } = limiter('rate_limit_sliding_window', { limit: 3, window_seconds: window });
    const allowed: number[] = [];
    for (let hour = 0; hour < 30; hour++) {
      if ((await ask()).allowed) allowed.push(hour);
      await age(identifier, window, HOUR);
    }
    assert.deepEqual(allowed, [0, 1, 2, 10, 11, 12, 20, 21, 22]);
  });

  it('counts five calls in the same microsecond five times', async () => {
    const { ask, key } = limiter('rate_limit_sliding_window', { limit: 10, window_seconds: HOUR });
    const answers = await Promise.all(Array.from({ length: 5 }, () => ask()));
    assert.deepEqual(answers.map(({ current }) => current).sort(), [1, 2, 3, 4, 5]);
    // All entries get the same time. The next call must still count all of them.
    for (const member of await redis.plain.zRange(key, 0, -1))
      await redis.plain.zAdd(key, { score: Date.now() * 1000, value: member });
    assert.equal((await ask()).current, 6);
  });

  it('frees each cost when it is as old as the window', async () => {
    const { identifier, ask } = limiter('rate_limit_sliding_window', { limit: 10, window_seconds: 100 });
    await ask(5);
    await age(identifier, 100, 40);
    await ask(3);
    await age(identifier, 100, 40);
    assert.equal((await ask(2)).current, 10);
    await age(identifier, 100, 20);
    assert.equal((await ask(5)).current, 10);
    await age(identifier, 100, 41);
    assert.equal((await ask(1)).current, 8);
  });

  it('returns the time until enough of the oldest costs have expired', async () => {
    const window = 100 * HOUR;
    const { identifier, ask } = limiter('rate_limit_sliding_window', { limit: 10, window_seconds: window });
    for (const cost of [1, 2, 3, 4]) {
      await ask(cost);
      await age(identifier, window, 10 * HOUR);
    }
    // The entries are 40, 30, 20 and 10 hours old, so they expire in 60, 70, 80 and 90 hours.
    for (const [cost, hours] of [
      [1, 60],
      [2, 70],
      [3, 70],
      [4, 80],
      [6, 80],
      [7, 90],
      [10, 90],
    ] as const) {
      const { allowed, retry_after_ms, reset_at } = await ask(cost);
      assert.equal(allowed, false);
      assert.ok(
        retry_after_ms <= hours * HOUR * 1000 && retry_after_ms > (hours * HOUR - 300) * 1000,
        `${cost}: ${retry_after_ms}`,
      );
      const free = Date.now() / 1000 + 90 * HOUR;
      assert.ok(Math.abs(reset_at - free) <= 300, 'all is free when the newest has left');
    }
  });

  it('allows the cost after a whole window, and not before', async () => {
    // The test is repeated when the first two calls are a second apart.
    await waitFor(
      async () => {
        const { ask } = limiter('rate_limit_sliding_window', { limit: 2, window_seconds: 1 });
        const begun = await serverTime();
        await ask(2);
        const { allowed, retry_after_ms } = await ask(1);
        if (allowed) return false;
        assert.ok(retry_after_ms > 0 && retry_after_ms <= 1000);
        await waitFor(async () => (await ask(1)).allowed, { what: 'the end of the window' });
        // This test measures time. A slow machine only makes the time longer.
        assert.ok((await serverTime()) - begun >= 1000, 'a whole window later by the clock of the server');
        return true;
      },
      { what: 'a denied call within the window' },
    );
  });

  it('agrees with a simple model for any costs and pauses', async () => {
    const window = 60 * HOUR;
    const { identifier, ask } = limiter('rate_limit_sliding_window', { limit: 20, window_seconds: window });
    let log: { age: number; cost: number }[] = [];
    let seed = 7;
    const random = (most: number): number => (seed = (seed * 48_271) % 2_147_483_647) % most;
    for (let step = 0; step < 150; step++) {
      const [cost, pause] = [1 + random(9), random(15)];
      const used = log.reduce((sum, entry) => sum + entry.cost, 0);
      const allowed = used + cost <= 20;
      if (allowed) log.push({ age: 0, cost });
      const answer = await ask(cost);
      assert.deepEqual(
        [answer.allowed, answer.current],
        [allowed, allowed ? used + cost : used],
        `step ${step}`,
      );
      await age(identifier, window, pause * HOUR);
      log = log.map((entry) => ({ ...entry, age: entry.age + pause })).filter((entry) => entry.age < 60);
    }
  });

  it('blocks no caller longer than a window when the clock is set back', async () => {
    const { identifier, ask, key } = limiter('rate_limit_sliding_window', { limit: 3, window_seconds: 10 });
    for (const cost of [1, 2]) await ask(cost);
    await age(identifier, 10, -3600);
    await redis.plain.expire(key, 3610);
    const { allowed, current, retry_after_ms, reset_at } = await ask();
    assert.deepEqual({ allowed, current }, { allowed: false, current: 3 });
    assert.ok(retry_after_ms <= 10_000, `${retry_after_ms} ms`);
    assert.ok(reset_at <= Date.now() / 1000 + 11);
    assert.ok((await redis.plain.pTTL(key)) <= 10_010);
    await age(identifier, 10, 10);
    assert.deepEqual(await ask(3).then((answer) => [answer.allowed, answer.current]), [true, 3]);
  });

  it('keeps the order of entries when the clock is set back', async () => {
    const { identifier, ask } = limiter('rate_limit_sliding_window', { limit: 100, window_seconds: HOUR });
    for (let cost = 1; cost <= 12; cost++) await ask(cost);
    await age(identifier, HOUR, -100 * HOUR);
    assert.equal((await ask(22)).current, 100);
    await age(identifier, HOUR, HOUR);
    assert.equal((await ask(1)).current, 1);
  });

  it('counts exactly when its sums become too large for a double', async () => {
    const { ask, key } = limiter('rate_limit_sliding_window', { limit: 1e9, window_seconds: 1000 });
    await ask(4);
    await ask(7);
    const entries = await redis.plain.zRangeWithScores(key, 0, -1);
    await redis.plain.del(key);
    for (const { value, score } of entries) {
      const [sum = '', own = ''] = value.split(':');
      await redis.plain.zAdd(key, {
        score,
        value: `${String(8_999_999_999_999_980 + Number(sum)).padStart(16, '0')}:${own}`,
      });
    }
    assert.equal((await ask(8)).current, 19);
    assert.equal((await ask(1e8)).current, 100_000_019);
    assert.deepEqual(
      (await redis.plain.zRange(key, 0, -1)).map((member) => Number(member.split(':')[0])),
      [4, 11, 19, 100_000_019],
    );
    assert.ok((await redis.plain.pTTL(key)) > 0);
  });

  it('denies a request without reading a long log', async () => {
    const { ask } = limiter('rate_limit_sliding_window', { limit: 3000, window_seconds: 1000 });
    await Promise.all(Array.from({ length: 3000 }, () => ask()));
    await redis.plain.sendCommand(['CONFIG', 'RESETSTAT']);
    assert.equal((await ask(1500)).allowed, false);
    const calls = /cmdstat_zrange:calls=(\d+)/.exec(await redis.plain.info('commandstats'))?.[1];
    assert.ok(Number(calls) <= 20, `${calls} entries were read`);
  });
});
