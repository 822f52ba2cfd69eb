import { Deadline } from '../../contract/deadline.ts';
import { GantzError, toGantzError } from '../../contract/errors.ts';
import { structureTag } from '../../redis/keys.ts';
import type { Redis } from '../../redis/redis.ts';
import { waitFor, type Wait } from '../../redis/waiting.ts';
import type { GuardedCall } from './guard.ts';

/** The time limit of a step of a guard, in milliseconds. A guard must not make a call hang that works without it. */
const STEP_MS = 1000;

/** How often the time is measured in which this process could not run, in milliseconds. */
const TICK_MS = 20;

/**
 * Runs a step of a guard on Redis, within a time limit of its own; `waitMs` is added to it. When Redis does not answer, returns
 * undefined if the guard is to be skipped, and otherwise throws REDIS_UNAVAILABLE with the outcome `none`.
 */
export function onRedis<R>(
  guarded: GuardedCall,
  step: (redis: Redis, deadline: Deadline) => Promise<R>,
  waitMs = 0,
): Promise<R | undefined> {
  return onRedisThen(guarded, step, (result) => result, waitMs);
}

/** Does the same, and resolves to what `finish` makes of the result: one promise less in each call is measurable. */
export function onRedisThen<R, F>(
  guarded: GuardedCall,
  step: (redis: Redis, deadline: Deadline) => Promise<R>,
  finish: (result: R | undefined) => F | Promise<F>,
  waitMs = 0,
): Promise<F> {
  const { tool, call, notes } = guarded;
  const known = away.get(notes);
  if (known) {
    skipOrFail(guarded, known);
    return Promise.resolve(finish(undefined));
  }
  const handle = guarded.redis();
  const startedAt = performance.now();
  const remainingMs = call.deadline.endsAt - startedAt;
  // A call without time ends with its own failure.
  if (remainingMs <= 0) throw call.deadline.error(tool.name);
  // Half of the time is left for the action when the guard is skipped.
  const budgetMs = waitMs > 0 ? Math.min(remainingMs, STEP_MS + waitMs) : Math.min(remainingMs / 2, STEP_MS);
  const deadline = new Deadline({ budgetMs, startedAt, fixed: waitMs > 0 });
  if (waitMs === 0) watchBusy(deadline, call.deadline);
  // An async function takes measurably longer where thousands of steps run.
  return handle
    .use({ deadline, signal: call.signal, readOnly: true, span: call.span }, (redis) => step(redis, deadline))
    .then(
      (result) => {
        steps.delete(deadline);
        return finish(result);
      },
      (thrown: unknown) => {
        steps.delete(deadline);
        skipOrFail(guarded, toGantzError(thrown));
        return finish(undefined);
      },
    );
}

/** Returns when the call should run without the guard, and throws otherwise. */
function skipOrFail(guarded: GuardedCall, error: GantzError): void {
  const { guard, tool, call, notes } = guarded;
  if (!isAway(error)) throw error;
  away.set(notes, error);
  if (call.deadline.remainingMs() === 0) throw call.deadline.error(tool.name);
  if (guard.withoutRedis === 'skip') {
    call.notice(`The guard ${guard.key} of ${tool.name} is skipped: ${error.message}`);
    return;
  }
  throw new GantzError(
    'REDIS_UNAVAILABLE',
    `The guard ${guard.key} of ${tool.name} needs Redis. ${error.message}`,
    {
      hint: `Check REDIS_URL. guards: { on_redis_failure: { ${guard.key}: skip } } in the manifest runs the tool without the guard.`,
      fields: refusedBy(guarded),
      cause: error,
    },
  );
}

/**
 * The failures of Redis in calls, by the notes of the call. The other guards of the call do not try again: their time limits would
 * add up.
 */
const away = new WeakMap<GuardedCall['notes'], GantzError>();

/** Lets the guards of a call try Redis again. */
export function tryAgain({ notes }: GuardedCall): void {
  away.delete(notes);
}

/** The deadlines of steps, with those of their calls. */
const steps = new Map<Deadline, Deadline>();
/** One timer serves all steps, also those that follow one another: a timer for each costs throughput. */
let ticking: NodeJS.Timeout | undefined;

/**
 * Extends the deadline of a step, until `limit`, by the time in which this process could not run. Then the server may have answered,
 * as when many processes start at a time.
 */
function watchBusy(deadline: Deadline, limit: Deadline): void {
  steps.set(deadline, limit);
  if (ticking) return;
  let before = performance.now();
  ticking = setInterval(() => {
    if (steps.size === 0) {
      clearInterval(ticking);
      ticking = undefined;
      return;
    }
    const now = performance.now();
    const busyMs = now - before - TICK_MS;
    before = now;
    if (busyMs <= TICK_MS / 4) return;
    for (const [step, { endsAt }] of steps) step.allowWait(Math.min(step.endsAt + busyMs, endsAt) - now, 0);
  }, TICK_MS);
  ticking.unref();
}

/**
 * Runs a step until it is done, for at most `waitMs` milliseconds and within the call's time limit. Returns the last result, or
 * undefined as `onRedis`. The first reply must come within the guard's own time limit: a server that does not answer is not waited
 * for.
 */
export async function onRedisUntil<R>(
  guarded: GuardedCall,
  waitMs: number,
  wait: (redis: Redis) => Pick<Wait<R>, 'near' | 'channel' | 'step'>,
): Promise<R | undefined> {
  const { call } = guarded;
  const endsAt = performance.now() + Math.min(waitMs, call.deadline.remainingMs());
  const first = await onRedis(guarded, (redis) => wait(redis).step());
  const leftMs = endsAt - performance.now();
  if (!first || first.done || leftMs <= 0) return first?.result;
  return await onRedis(
    guarded,
    (redis, deadline) => waitFor(redis, { ...call, deadline }, { ...wait(redis), wait: leftMs / 1000 }),
    leftMs,
  );
}

/** Returns the fields of a failure that say which guard has refused the call. */
export function refusedBy({ guard }: GuardedCall): { gantz: { refused_by: string } } {
  return { gantz: { refused_by: guard.key } };
}

/**
 * Runs a step that belongs to a call which may have ended, such as giving a lease back. It never throws: what the step would have
 * removed ends by itself. When Redis did not answer in this call, the step is sent and not waited for.
 */
export async function afterwards(
  { redis, call, notes }: GuardedCall,
  step: (redis: Redis) => Promise<unknown>,
): Promise<void> {
  const deadline = new Deadline({ budgetMs: STEP_MS, fixed: true });
  const done = redis()
    .use({ deadline, readOnly: true, span: call.span }, step)
    .catch((thrown: unknown) => {
      const error = toGantzError(thrown);
      if (isAway(error)) away.set(notes, error);
    });
  if (!away.has(notes)) await done;
}

/** Returns true for a failure of Redis itself, not of the step. */
function isAway({ code }: GantzError): boolean {
  return ['REDIS_UNAVAILABLE', 'REDIS_AUTH', 'REDIS_NOT_INSTALLED', 'REDIS_ERROR', 'TIMEOUT'].includes(code);
}

/** The guard of a manifest whose keys are named. */
type Origin = { scope: string; guard: Pick<GuardedCall['guard'], 'key'> };

/** Returns the key of what a guard keeps. `name` is that of the tool, or one that several tools share. */
export function guardKey(redis: Redis, origin: Origin, name: string, part = ''): string {
  return redis.key('guard', `${structureTag('g', nameOf(origin, name))}${part}`);
}

/** Returns what the keys begin with that a guard keeps for a tool under names of its own, `<tool>:<name>`. */
export function guardKeyPrefix(redis: Redis, origin: Origin, tool: string): string {
  return guardKey(redis, origin, `${tool}:`).slice(0, -'}'.length);
}

/** Returns the channel that wakes the calls that wait for something of a guard. */
export function guardChannel(redis: Redis, origin: Origin, name: string): string {
  return redis.key('wake', `guard:${nameOf(origin, name)}`);
}

function nameOf({ scope, guard }: Origin, name: string): string {
  return `${encodeURIComponent(scope)}:${guard.key}:${name}`;
}
