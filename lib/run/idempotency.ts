import { hash, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Call } from '../contract/call.ts';
import { Deadline } from '../contract/deadline.ts';
import type { Result } from '../contract/envelope.ts';
import {
  fromEnvelope,
  GantzError,
  toGantzError,
  withFields,
  withOutcome,
  type Failure,
} from '../contract/errors.ts';
import type { Tool } from '../contract/manifest.ts';
import { idempotencyBegin, idempotencyFinish, idempotencyRenew } from '../generated/scripts.ts';
import { canonicalJson } from '../json/canonical.ts';
import {
  idempotencyKeyOf,
  idempotent,
  MAX_ANSWER_BYTES,
  type IdempotentCall,
  type IdempotentRedis,
} from '../redis/idempotent.ts';
import type { RedisHandle } from '../redis/open.ts';
import type { Redis } from '../redis/redis.ts';
import { operationOf } from './bundled/bundled-kind.ts';

/** A call with an idempotency key. */
export type KeyedCall = {
  tool: Tool;
  /** The parameters of the call: checked, converted, with defaults. */
  params: Readonly<Record<string, unknown>>;
  call: Call;
  key: string;
  /** How long the answer is kept, in milliseconds. */
  keepMs: number;
  /** How long to wait for another call with the same key, in milliseconds. */
  waitMs: number;
  redis: RedisHandle;
  /** Runs the step that claims the key, instead of `redis`. Resolves to undefined when the call should run without a claim. */
  claim?: (step: (redis: Redis) => Promise<unknown>) => Promise<unknown>;
};

/** A claim is lost when its holder has not renewed it for this long. */
const LEASE_MS = 30_000;
const RENEW_MS = 10_000;

/** The pause between two looks at the claim of another call. */
const LOOK_MS = 100;

/** The time limit of a step that must run although the call may have ended. */
const STEP_MS = 2_000;

/** Returns an idempotency key of a caller. Throws USAGE unless it is a text of 1 to 255 characters. */
export function checkIdempotencyKey(key: unknown): string {
  if (typeof key === 'string' && key !== '' && key.isWellFormed() && Array.from(key).length <= 255)
    return key;
  throw new GantzError(
    'USAGE',
    'An idempotency key is a text of 1 to 255 characters, which must be well-formed Unicode',
    {
      hint: 'Use a new random text, such as a UUID, for each call that is not a repetition.',
    },
  );
}

/**
 * Runs a bundled tool on a connection that keeps the reply of its write. Returns the answer of the first call with this key when there
 * is one.
 */
export async function runBundledOnce(
  keyed: KeyedCall,
  run: (redis: RedisHandle) => Promise<Result>,
): Promise<Result> {
  const { key, keepMs } = keyed;
  const { redis, isReplay } = keepReplies(keyed.redis, { key, fingerprint: fingerprintOf(keyed), keepMs });
  try {
    const result = await run(redis);
    return isReplay() ? asReplay(result) : result;
  } catch (error) {
    throw isReplay() && error instanceof GantzError ? failureAsReplay(error.envelope) : error;
  }
}

/**
 * Returns a connection for one call of a bundled tool that keeps the reply of its write: when the call is repeated on it, it gets that
 * reply. `isReplay` returns true when the last attempt did.
 */
export function keepReplies(
  handle: RedisHandle,
  call: IdempotentCall,
): { redis: RedisHandle; isReplay: () => boolean } {
  let isReplay = (): boolean => false;
  const use: RedisHandle['use'] = (binding, work) =>
    handle.use(binding, (redis) => {
      const run = (once: IdempotentRedis): ReturnType<typeof work> => {
        isReplay = once.replayed;
        return work(once.redis);
      };
      // With one server, a promise is saved for each call.
      const once = idempotent(redis, call);
      return once instanceof Promise ? once.then(run) : run(once);
    });
  return { redis: { ...handle, use }, isReplay: () => isReplay() };
}

/**
 * Runs a tool whose effect is not in Redis, and keeps its answer. Returns or throws the answer of the first call with this key when
 * there is one. Throws CONFLICT while that call runs, and when it ended without an answer.
 */
export async function runOnce(keyed: KeyedCall, run: () => Promise<Result>): Promise<Result> {
  const claim = new Claim(keyed);
  const taken = await claim.take();
  if (taken === 'skipped') return await run();
  if (taken !== 'taken') return answerOf(taken.answer);
  const stopRenewing = claim.renew();
  try {
    const result = await run();
    await claim.keep({ result });
    return result;
  } catch (thrown) {
    const error = toGantzError(thrown);
    // A tool with idempotentHint may run again, as after the death of its holder.
    const mayRun = error.outcome === 'none' || (error.outcome === 'unknown' && isIdempotent(keyed.tool));
    if (mayRun) await claim.release();
    else await claim.keep({ failure: error.envelope });
    throw thrown;
  } finally {
    stopRenewing();
  }
}

/** What is kept of a call. */
type Answer = { result: Result } | { failure: Failure };

/** The claim of one call on its idempotency key. */
class Claim {
  readonly #keyed: KeyedCall;
  readonly #fingerprint: string;
  readonly #holder = randomUUID();

  constructor(keyed: KeyedCall) {
    this.#keyed = keyed;
    this.#fingerprint = fingerprintOf(keyed);
  }

  /** Takes the claim, unless an answer is kept. */
  async take(): Promise<'taken' | 'skipped' | { answer: string }> {
    const { call, waitMs } = this.#keyed;
    const until = performance.now() + waitMs;
    if (waitMs > 0) call.deadline.allowWait(waitMs, call.deadline.budgetMs);
    for (;;) {
      const begun = await this.#begin();
      if (!begun) return 'skipped';
      const [state, answer = ''] = begun;
      if (state === 'run') return 'taken';
      if (state === 'answer') return { answer };
      if (state === 'lost') throw lost();
      const leftMs = Math.min(until - performance.now(), call.deadline.remainingMs() - LOOK_MS);
      if (leftMs <= 0) throw running();
      await sleep(Math.min(LOOK_MS, leftMs));
      call.signal?.throwIfAborted();
    }
  }

  /** Renews the claim until the returned function is called. */
  renew(): () => void {
    const renew = (): void => {
      // When it fails, the next one may succeed. When none does, a repetition is told that the outcome is unknown.
      void this.#step((redis, key) =>
        redis.run(idempotencyRenew, [key], [this.#fingerprint, this.#holder, String(LEASE_MS)]),
      ).catch(() => undefined);
    };
    const timer = setInterval(renew, RENEW_MS);
    timer.unref();
    return () => clearInterval(timer);
  }

  /** Keeps an answer. It never throws: the call has its effect, and a repetition is told that the outcome is unknown. */
  async keep(answer: Answer): Promise<void> {
    await this.#finish(textOf(answer));
  }

  /** Removes the claim of a call that had no effect. */
  async release(): Promise<void> {
    await this.#finish('');
  }

  async #begin(): Promise<[state: string, answer?: string] | undefined> {
    const { tool, key, keepMs, claim = this.#claim } = this.#keyed;
    const again = isIdempotent(tool) ? 'again' : '';
    const args = [this.#fingerprint, this.#holder, String(LEASE_MS), String(keepMs), again];
    try {
      const begun = await claim((redis) => redis.run(idempotencyBegin, [idempotencyKeyOf(redis, key)], args));
      if (begun === undefined) this.#abandon();
      return begun as [string, string?] | undefined;
    } catch (error) {
      this.#abandon();
      throw error;
    }
  }

  readonly #claim: NonNullable<KeyedCall['claim']> = async (step) => {
    const { deadline, signal, span } = this.#keyed.call;
    // A claim changes nothing that a caller sees, so a lost reply has the outcome `none`.
    return await twice(() => this.#keyed.redis.use({ deadline, signal, readOnly: true, span }, step));
  };

  /** Removes a claim whose reply was lost, without waiting for it: it may exist although the call does not run. */
  #abandon(): void {
    const args = [this.#fingerprint, this.#holder, String(this.#keyed.keepMs), ''];
    void this.#step((redis, key) => redis.run(idempotencyFinish, [key], args)).catch(() => undefined);
  }

  async #finish(answer: string): Promise<void> {
    const args = [this.#fingerprint, this.#holder, String(this.#keyed.keepMs), answer];
    try {
      await twice(() => this.#step((redis, key) => redis.run(idempotencyFinish, [key], args)));
    } catch (error) {
      const { message } = toGantzError(error);
      this.#keyed.call.notice(`The answer could not be kept for the idempotency key: ${message}`);
    }
  }

  async #step(work: (redis: Redis, key: string) => Promise<unknown>): Promise<unknown> {
    const { key, call, redis: handle } = this.#keyed;
    const deadline = new Deadline({ budgetMs: STEP_MS });
    return await handle.use({ deadline, span: call.span }, (redis) =>
      work(redis, idempotencyKeyOf(redis, key)),
    );
  }
}

function isIdempotent({ annotations }: Tool): boolean {
  return annotations.idempotentHint === true;
}

/** Runs a step again when the connection was lost. The steps of one holder may run twice. */
async function twice<R>(step: () => Promise<R>): Promise<R> {
  try {
    return await step();
  } catch (error) {
    if (!(error instanceof GantzError) || error.code !== 'REDIS_UNAVAILABLE') throw error;
    return await step();
  }
}

/**
 * Returns the digest of the tool and its parameters, independent of the order of members and of how numbers are written. A tool of
 * the manifest may have the name of a bundled one, whose record has another form: the kind tells them apart.
 */
function fingerprintOf({ tool, params }: KeyedCall): string {
  // For how long a bundled tool waits does not change what it does.
  const { wait: _, ...others } = params;
  const identity = canonicalJson([
    tool.name,
    tool.action?.kind ?? null,
    operationOf(tool.action) ? others : params,
  ]);
  return hash('sha256', identity);
}

/** Returns the text to keep of an answer. */
function textOf(answer: Answer): string {
  try {
    const text = JSON.stringify(answer);
    if (Buffer.byteLength(text) <= MAX_ANSWER_BYTES) return text;
  } catch {
    // A handler returned what JSON cannot represent.
  }
  const outcome = 'failure' in answer ? answer.failure.outcome : 'applied';
  const { envelope } = withOutcome(tooLarge(), outcome);
  return JSON.stringify({ failure: envelope } satisfies Answer);
}

/** Returns the result of a kept answer, or throws its failure. */
function answerOf(text: string): Result {
  const answer = JSON.parse(text) as Answer;
  // A repetition with this key gets the same failure.
  if ('failure' in answer) throw failureAsReplay({ ...answer.failure, retryable: false });
  return asReplay(answer.result);
}

function asReplay(result: Result): Result {
  return { ...result, gantz: { replayed: true } };
}

function failureAsReplay(failure: Failure): GantzError {
  return withFields(fromEnvelope(failure), { gantz: { replayed: true } });
}

function running(): GantzError {
  return new GantzError('CONFLICT', 'The first call with this idempotency key still runs', {
    retryable: true,
    hint: 'Repeat the call later. With --idempotency-key, --idempotency-wait lets it wait for that answer.',
  });
}

function lost(): GantzError {
  return new GantzError('CONFLICT', 'The first call with this idempotency key ended without an answer', {
    outcome: 'unknown',
    hint: 'It may have had its effect. Find out whether it had, and call with a new key if it had not. A tool with idempotentHint would run again.',
  });
}

function tooLarge(): GantzError {
  return new GantzError(
    'CONFLICT',
    'The first call with this idempotency key had its effect, and its answer was too large to be kept',
    { hint: 'An answer has at most 64 KiB as JSON. Do not repeat the call with a new key.' },
  );
}
