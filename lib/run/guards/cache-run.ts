import { randomUUID } from 'node:crypto';
import type { Deadline } from '../../contract/deadline.ts';
import type { Result } from '../../contract/envelope.ts';
import { fromEnvelope, GantzError, toGantzError, type Failure } from '../../contract/errors.ts';
import {
  guardCacheEnter,
  guardCacheFail,
  guardCacheRenew,
  guardCacheStore,
} from '../../generated/scripts.ts';
import type { RedisHandle } from '../../redis/open.ts';
import type { Redis } from '../../redis/redis.ts';
import type { Script } from '../../redis/scripts.ts';
import { waitFor } from '../../redis/waiting.ts';
import { within } from '../within.ts';
import { cacheDigest, constantsOf } from './cache-name.ts';
import type { Find, GuardedCall, Next, Wrap } from './guard.ts';
import { LEASE_MS, withLease } from './lease.ts';
import { mergeNotes } from './merge-notes.ts';
import { afterwards, guardChannel, guardKey, guardKeyPrefix, onRedis, onRedisThen } from './on-redis.ts';
import { clockOf, readClock } from './server-clock.ts';
import type { Settings } from './settings.ts';

type Setting = Settings['cache'];

/** The size in bytes above which an answer is not stored. */
const MAX_ANSWER_BYTES = 1024 * 1024;

/** How long callers that wait can find the failure of a flight, in milliseconds. */
const KEEP_FAILURE_MS = 5000;

/** What the script guard-cache-enter says. */
type Entered =
  | [kind: 'hit' | 'stale', stored: string, now: number]
  | [kind: 'failed', failure: string]
  | [kind: 'wait', flight: string, leftMs: number]
  | [kind: 'run'];

/** A call with the names that it has in Redis. */
type Flight = {
  guarded: GuardedCall;
  /** The name of the answer. */
  name: string;
  /** Identifies this call while it computes the answer. */
  token: string;
};

/** Returns the stored answer when it is certain that it is fresh. */
export const findCached: Find<Setting> = (setting, guarded, otherwise) => {
  if (guarded.wishes.noCache === true) return otherwise(0);
  const constants = constantsOf(setting, guarded);
  // Only the first call of a tool waits: an `await` in each call is measurable where thousands are made.
  if (constants instanceof Promise) return constants.then(() => findCached(setting, guarded, otherwise));
  const digest = cacheDigest(setting, guarded, constants);
  const handle = guarded.redis();
  let clock = clockOf(handle);
  return onRedisThen<string | null, Result>(
    guarded,
    (redis) => {
      constants.keyPrefix ??= guardKeyPrefix(redis, guarded, guarded.tool.name);
      // One command in most calls: a script takes the server several times as long.
      const words = ['HGET', `${constants.keyPrefix}${digest}}`, 'answer'];
      const text = redis.client.sendCommand<string | null>(words);
      if (clock) return text;
      return Promise.all([text, readClock(handle, redis)]).then(([read, time]) => {
        clock = time;
        return read;
      });
    },
    (text) => {
      // Redis does not answer.
      if (text === undefined) return otherwise(1);
      if (text === null || !clock) return otherwise(0);
      const stored = parse(text);
      const now = performance.now() + clock.aheadMs;
      if (!(stored.freshUntil > now)) return otherwise(0);
      const result = answerOf(stored, now, guarded);
      result['gantz'] = mergeNotes(result['gantz'], guarded.notes);
      return result;
    },
  );
};

/** Returns the stored answer, waits for the call that computes it, or runs the action and stores its answer. */
export const runCached: Wrap<Setting> = async (setting, guarded, next) => {
  const digest = cacheDigest(setting, guarded, await constantsOf(setting, guarded));
  const flight = { guarded, name: `${guarded.tool.name}:${digest}`, token: randomUUID() };
  const entered = await enter(flight);
  // Redis does not answer.
  if (entered === undefined) return await next();
  switch (entered[0]) {
    case 'hit':
    case 'stale': {
      const [kind, text, now] = entered;
      const result = answerOf(parse(text), now, guarded);
      if (kind === 'stale') guarded.notes['stale'] = true;
      return result;
    }
    case 'failed': {
      const failure = JSON.parse(entered[1]) as Failure | null;
      // The flight has an answer that is not shared.
      if (!failure) return await next();
      throw fromEnvelope(failure);
    }
    case 'run':
      return await fly(setting, flight, next);
  }
};

/** A stored answer: JSON, with times in Unix milliseconds. */
type Stored = { answer: string; storedAt: number; freshUntil: number };

function parse(text: string): Stored {
  const first = text.indexOf(' ');
  const second = text.indexOf(' ', first + 1);
  const storedAt = Number(text.slice(0, first));
  const freshUntil = Number(text.slice(first + 1, second));
  return { answer: text.slice(second + 1), storedAt, freshUntil };
}

function answerOf({ answer, storedAt }: Stored, now: number, { notes }: GuardedCall): Result {
  notes['cached'] = true;
  notes['age_ms'] = Math.max(0, Math.round(now - storedAt));
  return JSON.parse(answer) as Result;
}

/** Reads the stored answer, waits for the flight of another call, or begins one. Returns undefined when Redis does not answer. */
async function enter(flight: Flight): Promise<Exclude<Entered, ['wait', ...unknown[]]> | undefined> {
  const { guarded } = flight;
  for (let awaited = ''; ;) {
    const entered = await onRedis(guarded, (redis) => step(redis, flight, awaited));
    if (entered?.[0] !== 'wait') return entered;
    awaited = entered[1];
    const over = await waitForFlight(flight, awaited, entered[2]);
    if (over?.[0] !== 'wait') return over;
  }
}

async function step(redis: Redis, { guarded, name, token }: Flight, awaited: string): Promise<Entered> {
  const args = [token, String(LEASE_MS), awaited, guarded.wishes.noCache === true ? '1' : ''];
  return (await redis.run(guardCacheEnter, [keyOf(redis, guarded, name)], args)) as Entered;
}

/** The calls of this process that wait for the flight of an answer: the first one waits in Redis, and the others for it. */
const waiting = new WeakMap<RedisHandle, Map<string, Promise<unknown>>>();

/**
 * Waits until a flight ends, at most until its lease does, so that a server that no longer answers is noticed. Returns what the
 * script says then; `wait` when the caller must look again. Throws TIMEOUT when the call has no time left.
 */
async function waitForFlight(flight: Flight, awaited: string, leftMs: number): Promise<Entered | undefined> {
  const { guarded, name } = flight;
  const { call, tool, scope } = guarded;
  const handle = guarded.redis();
  const own = waiting.get(handle) ?? new Map<string, Promise<unknown>>();
  waiting.set(handle, own);
  const id = `${scope}:${name}`;
  const first = own.get(id);
  try {
    if (first) {
      await within(first, call.deadline, call.signal);
      return ['wait', awaited, 0];
    }
    const waitMs = Math.min(leftMs, call.deadline.remainingMs());
    const wait = onRedis(
      guarded,
      (redis, deadline) =>
        waitFor<Entered>(
          redis,
          { ...call, deadline },
          {
            wait: waitMs / 1000,
            near: keyOf(redis, guarded, name),
            channel: guardChannel(redis, guarded, name),
            async step() {
              const result = await step(redis, flight, awaited);
              return { result, done: result[0] !== 'wait' || result[1] !== awaited, more: true };
            },
          },
        ),
      waitMs,
    );
    // Only this call has the failure of its wait. The others look by themselves.
    const settled = wait.catch(() => undefined);
    own.set(id, settled);
    void settled.then(() => own.delete(id));
    return await wait;
  } catch (error) {
    if (error instanceof GantzError && error.code === 'OVERLOADED') {
      call.notice(`The guard cache of ${tool.name} is skipped: ${error.message}`);
      return undefined;
    }
    if (call.deadline.remainingMs() > 0) throw error;
    throw call.deadline.error(`The call of ${tool.name} that computes the answer`);
  }
}

/** Runs the action, and stores its answer for the others. */
async function fly({ ttlMs, staleMs = 0 }: Setting, flight: Flight, next: Next): Promise<Result> {
  const { guarded, name, token } = flight;
  const { call, tool } = guarded;
  const run = (script: Script, ...args: readonly (string | number)[]): Promise<void> =>
    afterwards(guarded, (redis) =>
      redis.run(
        script,
        [keyOf(redis, guarded, name)],
        [token, ...args, guardChannel(redis, guarded, name)].map(String),
      ),
    );
  const renew = (): Promise<void> =>
    afterwards(guarded, (redis) =>
      redis.run(guardCacheRenew, [keyOf(redis, guarded, name)], [token, String(LEASE_MS)]),
    );
  let answer: string;
  let result: Result;
  try {
    result = await withLease(renew, () => next());
    answer = JSON.stringify(result);
  } catch (thrown) {
    await run(guardCacheFail, failureFor(toGantzError(thrown), call.deadline), KEEP_FAILURE_MS);
    throw thrown;
  }
  if (Buffer.byteLength(answer) > MAX_ANSWER_BYTES) {
    call.notice(`The answer of ${tool.name} is larger than 1 MiB, so it is not cached`);
    // Each of the calls that wait runs the action: one after the other, the last one would wait for all of them.
    await run(guardCacheFail, 'null', KEEP_FAILURE_MS);
  } else await run(guardCacheStore, answer, ttlMs, staleMs);
  return result;
}

/**
 * Returns the failure that the calls that wait share; '' when it says nothing about the action, because this call was cancelled or
 * its own time limit has passed. Then another call runs the action.
 */
function failureFor(error: GantzError, deadline: Deadline): string {
  const { code, envelope } = error;
  if (code === 'CANCELLED' || (code === 'TIMEOUT' && deadline.remainingMs() === 0)) return '';
  const failure = JSON.stringify(envelope);
  if (Buffer.byteLength(failure) <= MAX_ANSWER_BYTES) return failure;
  const { message, retryable, outcome } = error;
  return JSON.stringify(new GantzError(code, message, { retryable, outcome }).envelope);
}

function keyOf(redis: Redis, guarded: GuardedCall, name: string): string {
  return guardKey(redis, guarded, name);
}
