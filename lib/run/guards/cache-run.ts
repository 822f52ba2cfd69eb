import { randomUUID } from 'node:crypto';
import type { Result } from '../../contract/envelope.ts';
import { GantzError, toGantzError, type Failure } from '../../contract/errors.ts';
import {
  guardCacheEnter,
  guardCacheFail,
  guardCacheRenew,
  guardCacheStore,
} from '../../generated/scripts.ts';
import type { Redis } from '../../redis/redis.ts';
import { waitFor } from '../../redis/waiting.ts';
import { cacheName } from './cache-name.ts';
import type { GuardedCall, Next, Wrap } from './guard.ts';
import { LEASE_MS, withLease } from './lease.ts';
import { afterwards, guardChannel, guardKey, onRedis } from './on-redis.ts';
import type { Settings } from './settings.ts';

type Setting = Settings['cache'];

/** The size in bytes above which an answer is not stored. */
const MAX_ANSWER_BYTES = 1024 * 1024;

/** How long callers that wait can find the failure of a flight, in milliseconds. */
const KEEP_FAILURE_MS = 5000;

/** What the script guard-cache-enter says. */
type Entered =
  | [kind: 'hit' | 'stale', answer: string, ageMs: number]
  | [kind: 'failed', failure: string]
  | [kind: 'wait', flight: string, leftMs: number]
  | [kind: 'run'];

/** Runs a call inside the guard. */
export const runCached: Wrap<Setting> = async (setting, guarded, next) => {
  const { call, wishes, note } = guarded;
  const name = cacheName(setting, guarded);
  const token = randomUUID();
  const entered = await enter(name, token, guarded);
  // Redis does not answer, or another call computes the answer and this one must not use it.
  if (entered === undefined) return await next();
  switch (entered[0]) {
    case 'hit':
    case 'stale': {
      const [kind, answer, ageMs] = entered;
      note({ cached: true, age_ms: ageMs, ...(kind === 'stale' && { stale: true }) });
      return JSON.parse(answer) as Result;
    }
    case 'failed':
      throw failureOf(entered[1]);
    case 'wait':
      if (wishes.noCache) return await next();
      throw call.deadline.error(`The call of ${guarded.tool.name} that computes the answer`);
    case 'run':
      return await fly(setting, name, token, guarded, next);
  }
};

/** Reads the stored answer, waits for the flight of another call, or begins one. */
async function enter(name: string, token: string, guarded: GuardedCall): Promise<Entered | undefined> {
  const { call, wishes } = guarded;
  const ignoresAnswer = wishes.noCache === true;
  const waitMs = ignoresAnswer ? 0 : call.deadline.remainingMs();
  let awaited = '';
  return await onRedis(
    { key: 'cache', withoutRedis: 'skip' },
    guarded,
    (redis, deadline) =>
      waitFor<Entered>(
        redis,
        { ...call, deadline },
        {
          wait: waitMs / 1000,
          near: keyOf(redis, name, guarded),
          channel: channelOf(redis, name, guarded),
          async step() {
            const args = [token, String(LEASE_MS), awaited, ignoresAnswer ? '1' : ''];
            const reply = (await redis.run(guardCacheEnter, [keyOf(redis, name, guarded)], args)) as Entered;
            if (reply[0] !== 'wait') return { result: reply, done: true, more: true };
            awaited = reply[1];
            return { result: reply, done: false, dueInMs: reply[2] };
          },
        },
      ),
    waitMs,
  );
}

/** Runs the action, and stores its answer for the others. */
async function fly(
  setting: Setting,
  name: string,
  token: string,
  guarded: GuardedCall,
  next: Next,
): Promise<Result> {
  const { ttlMs, staleMs = 0 } = setting;
  const keys = (redis: Redis): string[] => [keyOf(redis, name, guarded)];
  const renew = (): Promise<void> =>
    afterwards(guarded, (redis) => redis.run(guardCacheRenew, keys(redis), [token, String(LEASE_MS)]));
  const fail = (failure: string): Promise<void> =>
    afterwards(guarded, (redis) => {
      const args = [token, failure, String(KEEP_FAILURE_MS), channelOf(redis, name, guarded)];
      return redis.run(guardCacheFail, keys(redis), args);
    });
  let result: Result;
  try {
    result = await withLease(renew, () => next());
  } catch (thrown) {
    const { code, envelope } = toGantzError(thrown);
    // A call that was cancelled says nothing about the action, so another call runs it.
    await fail(code === 'CANCELLED' ? '' : JSON.stringify(envelope));
    throw thrown;
  }
  const answer = JSON.stringify(result);
  if (Buffer.byteLength(answer) > MAX_ANSWER_BYTES) {
    guarded.call.notice(`The answer of ${guarded.tool.name} is larger than 1 MiB, so it is not cached`);
    await fail('');
    return result;
  }
  await afterwards(guarded, (redis) => {
    const args = [token, answer, String(ttlMs), String(staleMs), channelOf(redis, name, guarded)];
    return redis.run(guardCacheStore, keys(redis), args);
  });
  return result;
}

function keyOf(redis: Redis, name: string, guarded: GuardedCall): string {
  return guardKey(redis, guarded, 'cache', name);
}

function channelOf(redis: Redis, name: string, guarded: GuardedCall): string {
  return guardChannel(redis, guarded, 'cache', name);
}

function failureOf(text: string): GantzError {
  const {
    success: _,
    error,
    code,
    hint,
    details,
    retryable,
    outcome,
    ...fields
  } = JSON.parse(text) as Failure;
  return new GantzError(code, error, {
    retryable,
    outcome,
    fields,
    ...(hint !== undefined && { hint }),
    ...(details && { details }),
  });
}
