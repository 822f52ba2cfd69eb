import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Result } from '../../contract/envelope.ts';
import { GantzError } from '../../contract/errors.ts';
import { runBundledOnce } from '../idempotency.ts';
import { needsRedis } from '../kinds.ts';
import type { Changes, GuardedCall, Next, Wrap } from './guard.ts';
import { KEEP_MS, type Settings } from './settings.ts';

type Setting = Settings['retry'];

/** Runs a call inside the guard. */
export const runWithRetries: Wrap<Setting> = async (setting, guarded, next) => {
  const { call, note } = guarded;
  const { attempts, attemptTimeoutMs } = setting;
  const changes = attemptTimeoutMs === undefined ? {} : { actionTimeoutMs: attemptTimeoutMs };
  const run = attemptsOf(guarded, next, changes);
  for (let attempt = 1; ; attempt++) {
    if (attempt > 1) note({ attempts: attempt });
    try {
      return await run();
    } catch (error) {
      if (!(error instanceof GantzError) || attempt === attempts) throw error;
      if (!mayRepeat(error, setting, guarded)) throw error;
      const pauseMs = pauseBefore(attempt + 1, setting, error);
      if (pauseMs >= call.deadline.remainingMs()) throw error;
      await sleep(pauseMs, undefined, call.signal && { signal: call.signal }).catch(() =>
        call.signal?.throwIfAborted(),
      );
    }
  }
};

/**
 * Returns the function that runs one attempt. The attempts of an operation on Redis have one idempotency key, so that they are one
 * write.
 */
function attemptsOf(guarded: GuardedCall, next: Next, changes: Changes): () => Promise<Result> {
  const { tool, params, call, redis, isKeyed } = guarded;
  if (isKeyed || !needsRedis(tool) || tool.annotations.readOnlyHint === true) return () => next(changes);
  const keyed = { tool, params, call, key: randomUUID(), keepMs: KEEP_MS, waitMs: 0, redis: redis() };
  return async () => {
    // An attempt that gets the reply of an earlier one is no repetition for the caller.
    const { gantz: _, ...result } = await runBundledOnce(keyed, (kept) =>
      next({ ...changes, redis: () => kept }),
    );
    return result;
  };
}

/** Returns true when another attempt may succeed and cannot repeat an effect. */
function mayRepeat(
  { code, retryable, outcome }: GantzError,
  { on = [] }: Setting,
  { tool }: GuardedCall,
): boolean {
  if (code === 'CANCELLED') return false;
  const { readOnlyHint, idempotentHint } = tool.annotations;
  const isSafe = outcome === 'none' || readOnlyHint === true || idempotentHint === true || needsRedis(tool);
  return isSafe && (retryable || on.includes(code));
}

/** Returns the pause before an attempt: exponential, from half of it to all of it, and at least what the failure asks for. */
function pauseBefore(attempt: number, { backoffMs, maxBackoffMs }: Setting, { fields }: GantzError): number {
  const pauseMs = Math.min(maxBackoffMs, backoffMs * 2 ** (attempt - 2));
  const asked = fields?.['retry_after_ms'];
  return Math.max(typeof asked === 'number' ? asked : 0, pauseMs * (0.5 + Math.random() / 2));
}
