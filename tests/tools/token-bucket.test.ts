import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { rateBucket } from '../../lib/generated/scripts.ts';
import type { RateLimitTokenBucketInput } from '../../lib/generated/tools.ts';
import { openRows, useRows } from '../helpers/rows.ts';
import { waitFor } from '../helpers/wait.ts';

/** One token in 11.6 days. */
const SLOWEST = 0.000001;
const DAY = 86_400_000_000;
/** In seconds: the longest time in which a bucket may fill. */
const TEN_YEARS = 315_360_000;

const { redis, rows } = useRows();
let identifiers = 0;
const fresh = (): string => `bucket:${identifiers++}`;
const keyOf = (identifier: string): string => `${rows.namespace}:rate:{r:${identifier}}:bucket`;

/** Creates a bucket with a new identifier. */
function bucket(common: Omit<RateLimitTokenBucketInput, 'identifier'>) {
  const identifier = fresh();
  return {
    key: keyOf(identifier),
    take: (cost = 1, other: Partial<RateLimitTokenBucketInput> = {}) =>
      rows.call('rate_limit_token_bucket', { identifier, ...common, cost, ...other }),
  };
}

/** One call of the script. Times are Unix microseconds, rates are millionths of a token per second. */
type Take = { now: number; rate: number; capacity: number; cost: number };
type Reply = [taken: number, used: number, fullAt: number, waitMs: number];

/** The script with the time from its arguments in place of that of the server. */
const TIMED = rateBucket.source.replace("redis.call('TIME')", '{ ARGV[4], ARGV[5] }');

async function runTimed(identifier: string, { now, rate, capacity, cost }: Take): Promise<Reply> {
  const key = keyOf(identifier);
  const time = [Math.floor(now / 1e6), now % 1e6];
  return (await redis.plain.eval(TIMED, {
    keys: [key.replace(/:bucket$/, ''), key],
    arguments: [capacity, cost, rate, ...time].map(String),
  })) as Reply;
}

const UNITS = 1_000_000_000_000n;
const ceilDiv = (a: bigint, b: bigint): bigint => (a > 0n ? (a + b - 1n) / b : -(-a / b));

/** A bucket that counts in exact fractions: what it lacks, in 10^-12 tokens. */
class Model {
  #lacking = 0n;
  #at = 0n;
  #rate = 0n;

  take({ now: time, rate: perSecond, capacity, cost }: Take): Reply {
    const [now, rate] = [BigInt(time), BigInt(perSecond)];
    let lacking = this.#lacking - this.#rate * (now - this.#at);
    if (lacking < 0n) lacking = 0n;
    // A change of the rate rounds to millionths.
    if (rate !== this.#rate) lacking = ceilDiv(lacking, 1_000_000n) * 1_000_000n;
    const missing = lacking + BigInt(Math.max(cost, 1) - capacity) * UNITS;
    const taken = missing <= 0n && cost > 0;
    if (taken) lacking += BigInt(cost) * UNITS;
    if (taken || (cost > 0 && rate !== this.#rate)) {
      this.#lacking = lacking;
      this.#at = now;
      this.#rate = rate;
    }
    const wait = missing <= 0n ? 0n : ceilDiv(ceilDiv(missing, rate), 1000n);
    const fullAt = ceilDiv(now + ceilDiv(lacking, rate), 1_000_000n);
    return [taken ? 1 : 0, Number(ceilDiv(lacking, UNITS)), Number(fullAt), Number(wait)];
  }
}

const anyCapacity = fc.oneof(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 1e9 }));
const anyRate = fc.oneof(
  fc.constantFrom(1, 333_333, 500_000, 999_999, 1_000_001, 1e15),
  fc.integer({ min: 4, max: 50_000_000 }),
  fc.integer({ min: 4, max: 1e15 }),
);
const anyPause = fc.oneof(
  fc.integer({ min: 0, max: 20 }),
  fc.integer({ min: 0, max: 3_000_000 }),
  fc.integer({ min: 0, max: DAY }),
);
/** Sequences of calls with one capacity and one rate, which change rarely. */
const anyTakes = fc
  .record({
    capacities: fc.tuple(anyCapacity, anyCapacity),
    rates: fc.tuple(anyRate, anyRate),
    calls: fc.array(
      fc.record({
        pause: anyPause,
        share: fc.oneof(fc.constantFrom(0, 1e-9, 1), fc.double({ min: 0, max: 1, noNaN: true })),
        changes: fc.integer({ min: 0, max: 9 }),
      }),
      { minLength: 5, maxLength: 30 },
    ),
  })
  .filter(({ capacities, rates }) => Math.max(...capacities) * 1e6 <= Math.min(...rates) * TEN_YEARS)
  .map(({ capacities, rates, calls }): Take[] => {
    // Later than the time of the server, so that no bucket expires.
    let now = Date.now() * 1000 + DAY;
    return calls.map(({ pause, share, changes }) => {
      now += pause;
      const capacity = changes === 0 ? capacities[1] : capacities[0];
      const rate = changes === 1 ? rates[1] : rates[0];
      return { now, rate, capacity, cost: share === 0 ? 0 : Math.max(1, Math.floor(share * capacity)) };
    });
  });

describe('rate_limit_token_bucket', () => {
  it('answers as an exact model for any costs, pauses, rates and capacities', async () => {
    assert.notEqual(TIMED, rateBucket.source);
    await fc.assert(
      fc.asyncProperty(anyTakes, async (takes) => {
        const identifier = fresh();
        const model = new Model();
        for (const [index, take] of takes.entries()) {
          const reply = await runTimed(identifier, take);
          assert.deepEqual(reply, model.take(take), `call ${index}: ${JSON.stringify(take)}`);
        }
      }),
      { numRuns: 150 },
    );
  });

  it('loses no fraction over 20,000 small steps', async () => {
    const identifier = fresh();
    const begun = Date.now() * 1000 + DAY;
    const rate = 333_333;
    let taken = 0;
    for (let step = 0; step < 20_000; step += 500) {
      const replies = await Promise.all(
        Array.from({ length: 500 }, (_, index) =>
          runTimed(identifier, { now: begun + (step + index) * 700_001, rate, capacity: 3, cost: 1 }),
        ),
      );
      taken += replies.filter(([allowed]) => allowed === 1).length;
    }
    // The bucket is never full after the first call, so all that was refilled was taken, up to the part of one token.
    assert.equal(taken, 3 + Math.floor((19_999 * 700_001 * rate) / 1e12));
  });

  it('allows a burst of the capacity, then denies with the time until the next token', async () => {
    const { take } = bucket({ capacity: 3, refill_per_second: 0.001 });
    for (const current of [1, 2, 3]) {
      const { reset_at, ...answer } = await take();
      assert.deepEqual(answer, {
        allowed: true,
        current,
        limit: 3,
        remaining: 3 - current,
        retry_after_ms: 0,
      });
      assert.ok(Math.abs(reset_at - (Date.now() / 1000 + current * 1000)) < 60);
    }
    const { reset_at, retry_after_ms, ...answer } = await take(2);
    assert.deepEqual(answer, { allowed: false, current: 3, limit: 3, remaining: 0 });
    assert.ok(retry_after_ms <= 2_000_000 && retry_after_ms > 1_940_000, `${retry_after_ms} ms`);
    assert.ok(Math.abs(reset_at - (Date.now() / 1000 + 3000)) < 60);
  });

  it('allows exactly the capacity to 100 parallel callers', async () => {
    const clients = Array.from({ length: 10 }, () => openRows(redis, rows.namespace));
    const identifier = fresh();
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, index) =>
        (clients[index % 10] ?? rows).call('rate_limit_token_bucket', {
          identifier,
          capacity: 10,
          refill_per_second: SLOWEST,
        }),
      ),
    );
    assert.equal(answers.filter((answer) => answer.allowed).length, 10);
    await Promise.all(clients.map((one) => one.close()));
  });

  it('refills by the clock of the server, a token at its time and not before', async () => {
    const { take } = bucket({ capacity: 1, refill_per_second: 2 });
    const times: number[] = [];
    await waitFor(
      async () => {
        const [seconds = '0', microseconds = '0'] = await redis.plain.sendCommand<string[]>(['TIME']);
        if ((await take()).allowed) times.push(Number(seconds) + Number(microseconds) / 1e6);
        return times.length === 4;
      },
      { what: 'four tokens' },
    );
    // Each time was read before its token. A slow machine only makes the pauses longer.
    const [first = 0, , , last = 0] = times;
    assert.ok(last - first > 1, `${last - first} s for three tokens`);
  });

  it('looks with a cost of 0, and writes nothing', async () => {
    const { take, key } = bucket({ capacity: 2, refill_per_second: 0.001 });
    const looked = await take(0);
    assert.deepEqual([looked.allowed, looked.current, looked.remaining], [true, 0, 2]);
    assert.equal(await redis.plain.exists(key), 0);
    await take(2);
    const stored = await redis.plain.get(key);
    const { allowed, current, retry_after_ms } = await take(0);
    assert.deepEqual({ allowed, current }, { allowed: false, current: 2 });
    assert.ok(retry_after_ms > 0 && retry_after_ms <= 1_000_000);
    assert.equal((await take(0, { refill_per_second: 1 })).allowed, false);
    assert.equal(await redis.plain.get(key), stored);
  });

  it('refuses a cost above the capacity and a bucket that does not fill in ten years', async () => {
    const identifier = fresh();
    const costly = { identifier, capacity: 3, refill_per_second: 1, cost: 4 };
    const { details } = await rows.failure('rate_limit_token_bucket', costly, 'INVALID_PARAMETERS');
    assert.equal(details?.[0]?.path, '/cost');
    const slow = { identifier, capacity: 1e9, refill_per_second: SLOWEST };
    const failure = await rows.failure('rate_limit_token_bucket', slow, 'INVALID_PARAMETERS');
    assert.equal(failure.details?.[0]?.path, '/refill_per_second');
    for (const refill of [0, -1, 1e-7, 1e10])
      await rows.failure(
        'rate_limit_token_bucket',
        { identifier, capacity: 1, refill_per_second: refill },
        'INVALID_PARAMETERS',
      );
    assert.equal(await redis.plain.exists(keyOf(identifier)), 0);
  });

  it('counts up to a billion tokens exactly, at a billion per second too', async () => {
    const { take } = bucket({ capacity: 1e9, refill_per_second: 3.5 });
    assert.ok((await take(999_999_999)).remaining >= 1);
    const fast = bucket({ capacity: 1e9, refill_per_second: 1e9 });
    assert.equal((await fast.take(1e9)).current, 1e9);
    await waitFor(async () => (await fast.take(1e9)).allowed, { what: 'a full bucket after a second' });
  });

  it('keeps what is lacking when the capacity changes', async () => {
    const { take } = bucket({ capacity: 10, refill_per_second: 0.001 });
    await take(6);
    assert.equal((await take(1, { capacity: 5 })).allowed, false);
    assert.deepEqual(
      await take(0, { capacity: 5 }).then(({ current, remaining }) => [current, remaining]),
      [6, 0],
    );
    assert.equal((await take(14, { capacity: 20 })).allowed, true);
  });

  it('refills at a new rate from the first call that has it', async () => {
    const identifier = fresh();
    const now = Date.now() * 1000 + DAY;
    const slow = { rate: 1, capacity: 10 };
    await runTimed(identifier, { ...slow, now, cost: 10 });
    // For an hour, almost nothing was refilled, whatever the later rate is.
    const later = now + 3_600_000_000;
    const fast = { rate: 1_000_000, capacity: 10 };
    assert.deepEqual(
      await runTimed(identifier, { ...fast, now: later, cost: 5 }).then(([, used]) => used),
      10,
    );
    assert.equal((await runTimed(identifier, { ...fast, now: later + 5_000_000, cost: 5 }))[0], 1);
  });

  it('blocks no caller longer than it takes to fill the bucket when the clock is set back', async () => {
    const identifier = fresh();
    const now = Date.now() * 1000 + 2 * DAY;
    const take = { rate: 1_000_000, capacity: 10 };
    await runTimed(identifier, { ...take, now, cost: 10 });
    const earlier = now - DAY;
    const [, used, fullAt, waitMs] = await runTimed(identifier, { ...take, now: earlier, cost: 4 });
    assert.deepEqual([used, waitMs], [10, 4000]);
    assert.equal(fullAt, Math.ceil(earlier / 1e6 + 10));
    assert.equal((await runTimed(identifier, { ...take, now: earlier + 3_999_999, cost: 4 }))[0], 0);
    assert.equal((await runTimed(identifier, { ...take, now: earlier + 4_000_000, cost: 4 }))[0], 1);
  });

  it('expires when it is full, and starts anew when its text is that of another program', async () => {
    const { take, key } = bucket({ capacity: 10, refill_per_second: 0.5 });
    await take(4);
    const left = await redis.plain.pTTL(key);
    assert.ok(left > 0 && left <= 8_010, `${left} ms`);
    await redis.plain.set(key, 'something');
    assert.equal((await take(10)).current, 10);
    await redis.plain.del(key);
    await redis.plain.rPush(key, 'x');
    const identifier = key.slice(`${rows.namespace}:rate:{r:`.length, -'}:bucket'.length);
    const input = { identifier, capacity: 1, refill_per_second: 1 };
    await rows.failure('rate_limit_token_bucket', input, 'WRONG_TYPE');
  });
});
