import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { GantzError } from '../../lib/contract/errors.ts';
import type { BundledTools } from '../../lib/generated/tools.ts';
import { openRows, useRows, type RowOptions } from '../helpers/rows.ts';
import { settled, waitFor } from '../helpers/wait.ts';

const YEAR = 31_536_000;

const { redis, rows } = useRows();
let identifiers = 0;
const fresh = (): string => `waiting:${identifiers++}`;

/** Limits that allow one request, and another one after a second (`short`) or much later (`long`). */
const LIMITS = {
  rate_limit_check: {
    short: { limit: 1, window_seconds: 1 },
    long: { limit: 1, window_seconds: YEAR },
  },
  rate_limit_sliding_window: {
    short: { limit: 1, window_seconds: 1 },
    long: { limit: 1, window_seconds: YEAR },
  },
  rate_limit_token_bucket: {
    short: { capacity: 1, refill_per_second: 1 },
    long: { capacity: 1, refill_per_second: 0.000001 },
  },
  rate_limit_combined: {
    short: { limits: [{ limit: 1, window_seconds: 1 }] },
    long: { limits: [{ limit: 1, window_seconds: YEAR }] },
  },
} as const;
type Name = keyof typeof LIMITS;

/** The clock of the server, in seconds. */
async function serverTime(): Promise<number> {
  const [seconds = '0', microseconds = '0'] = await redis.plain.sendCommand<string[]>(['TIME']);
  return Number(seconds) + Number(microseconds) / 1e6;
}

/** Returns how many scripts the servers ran. */
async function scripts(): Promise<number> {
  const text = await redis.plain.info('commandstats');
  const calls = [...text.matchAll(/^cmdstat_eval(?:sha)?:calls=(\d+)/gm)];
  return calls.reduce((sum, [, count]) => sum + Number(count), 0);
}

for (const name of Object.keys(LIMITS) as Name[]) {
  describe(`${name} with wait`, () => {
    const ask = (identifier: string, length: 'short' | 'long', more: object = {}, options?: RowOptions) => {
      const input = { identifier, ...LIMITS[name][length], ...more };
      const asked = rows.call(name, input as BundledTools[Name]['input'], options);
      return settled(asked, { what: `an answer of ${name}` });
    };

    it('answers when the request is allowed', async () => {
      const identifier = fresh();
      let begun = 0;
      // A fixed window may end between two calls.
      await waitFor(
        async () => {
          begun = await serverTime();
          await ask(identifier, 'short');
          return !(await ask(identifier, 'short')).allowed;
        },
        { what: 'a denied request' },
      );
      const { allowed, retry_after_ms } = await ask(identifier, 'short', { wait: 30 });
      assert.deepEqual([allowed, retry_after_ms], [true, 0]);
      if (name !== 'rate_limit_check') assert.ok((await serverTime()) - begun > 1, 'and not before');
    });

    it('is denied at once when the wait is too short', async () => {
      const identifier = fresh();
      await ask(identifier, 'long');
      const before = await scripts();
      // The limit of the test is shorter than this wait.
      const { allowed, retry_after_ms } = await ask(identifier, 'long', { wait: 3600 });
      assert.equal(allowed, false);
      assert.ok(retry_after_ms > 3_600_000);
      assert.equal(await scripts(), before + 1);
    });

    it('is woken by a reset', async () => {
      const identifier = fresh();
      // The second request is due in some hours at most, so the call waits.
      const limits = { limit: 1, window_seconds: 7200 };
      const common = {
        identifier,
        wait: 86_400,
        ...(name === 'rate_limit_token_bucket' && { capacity: 1, refill_per_second: 0.001 }),
        ...(name === 'rate_limit_combined' && { limits: [limits] }),
        ...(!/bucket|combined/.test(name) && limits),
      } as BundledTools[Name]['input'];
      await rows.call(name, common);
      const before = await scripts();
      const waiting = rows.call(name, common);
      waiting.catch(() => undefined);
      // The call has subscribed after its first step, and looked again.
      await waitFor(async () => (await scripts()) >= before + 2, { what: 'a call that sleeps' });
      assert.deepEqual(await rows.call('rate_limit_reset', { identifier }), { reset: 1 });
      assert.equal((await settled(waiting, { what: 'the end of the wait' })).allowed, true);
    });
  });
}

describe('calls that wait for a rate limit', () => {
  it('look with a cost of 0, and write nothing', async () => {
    const bucket = { identifier: fresh(), capacity: 2, refill_per_second: 4 };
    await rows.call('rate_limit_token_bucket', { ...bucket, cost: 2 });
    const key = `${rows.namespace}:rate:{r:${bucket.identifier}}:bucket`;
    const stored = await redis.plain.get(key);
    const looked = await rows.call('rate_limit_token_bucket', { ...bucket, cost: 0, wait: 30 });
    assert.equal(looked.allowed, true);
    assert.ok([stored, null].includes(await redis.plain.get(key)), 'it may have become full since');
  });

  it('do not delay a call with another cost', async () => {
    const windows = { identifier: fresh(), limit: 10, window_seconds: 7200 };
    await rows.call('rate_limit_sliding_window', { ...windows, cost: 8 });
    const controller = new AbortController();
    const before = await scripts();
    const waiting = rows.call(
      'rate_limit_sliding_window',
      { ...windows, cost: 5, wait: 86_400 },
      { signal: controller.signal },
    );
    const failure = waiting.catch((error: unknown) => error);
    await waitFor(async () => (await scripts()) >= before + 2, { what: 'a call that sleeps' });
    const small = { ...windows, cost: 2, wait: 86_400 };
    const answer = await settled(rows.call('rate_limit_sliding_window', small), { what: 'the small one' });
    assert.equal(answer.current, 10);
    controller.abort();
    const cancelled = await failure;
    assert.ok(cancelled instanceof GantzError);
    assert.deepEqual([cancelled.code, cancelled.outcome], ['CANCELLED', 'none']);
    const looked = await rows.call('rate_limit_sliding_window', { ...windows, cost: 0 });
    assert.equal(looked.current, 10, 'nothing was counted for the call that was cancelled');
  });

  it('are all served at the rate of the bucket, from several processes', async () => {
    const clients = Array.from({ length: 4 }, () => openRows(redis, rows.namespace));
    const bucket = { identifier: fresh(), capacity: 2, refill_per_second: 20, wait: 60 };
    const before = await scripts();
    const begun = await serverTime();
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, index) =>
        (clients[index % 4] ?? rows).call('rate_limit_token_bucket', bucket),
      ),
    );
    assert.ok(answers.every(({ allowed }) => allowed));
    // Two tokens were there, and 38 were refilled.
    assert.ok((await serverTime()) - begun >= 38 / 20, 'not faster than the bucket is refilled');
    const ran = (await scripts()) - before;
    assert.ok(ran <= 40 * 8, `${ran} scripts for 40 calls`);
    await Promise.all(clients.map((one) => one.close()));
  });
});
