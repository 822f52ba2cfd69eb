import { hash, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { GantzError, toGantzError, withOutcome } from '../../contract/errors.ts';
import { keepReplies } from '../idempotency.ts';
import type { Invocation } from '../invocation.ts';
import { needsRedis } from '../kinds.ts';
import type { GuardedCall, Wrap } from './guard.ts';
import { tryAgain } from './on-redis.ts';
import type { Settings } from './settings.ts';

type Setting = Settings['retry'];

/** Runs the action again after a failure, until it succeeds or may not be repeated. */
export const runWithRetries: Wrap<Setting> = async (setting, guarded, next) => {
  const { call, notes, tool } = guarded;
  const { attempts, attemptTimeoutMs } = setting;
  const changes = attemptTimeoutMs === undefined ? {} : { actionTimeoutMs: attemptTimeoutMs };
  let redis = attempts > 1 ? withKey(guarded) : undefined;
  /** True when an attempt that failed may have had an effect. */
  let isUnknown = false;
  /** Returns a failure with the outcome of the whole call. */
  const ofCall = (thrown: unknown): GantzError => {
    const error = toGantzError(thrown);
    return isUnknown && error.outcome === 'none' ? withOutcome(error, 'unknown') : error;
  };
  for (let attempt = 1; ; attempt++) {
    if (attempt > 1) notes['attempts'] = attempt;
    try {
      return await next(redis ? { ...changes, redis } : changes);
    } catch (thrown) {
      if (!(thrown instanceof GantzError)) throw thrown;
      if (thrown.code === 'OUTPUT_TOO_LARGE' && redis && !isUnknown) {
        // Only a call with a key is refused for its answer, before its effect. So it runs without one, which is no further attempt.
        redis = undefined;
        attempt--;
        continue;
      }
      const isOnce = redis !== undefined || guarded.isKeyed;
      if (attempt === attempts || !mayRepeat(thrown, setting, tool, isOnce)) throw ofCall(thrown);
      const pauseMs = pauseBefore(attempt + 1, setting, thrown);
      if (pauseMs >= call.deadline.remainingMs()) throw ofCall(thrown);
      tryAgain(guarded);
      call.span?.event('gantz.retry', {
        'gantz.attempt': attempt + 1,
        'gantz.code': thrown.code,
        'gantz.delay_ms': Math.round(pauseMs),
      });
      isUnknown ||= thrown.outcome !== 'none' && !onlyReads(tool);
      await sleep(pauseMs, undefined, call.signal && { signal: call.signal }).catch(() => {
        throw ofCall(call.signal?.reason);
      });
    }
  }
};

/**
 * Returns a connection for the attempts of a bundled tool that writes, with an idempotency key of their own: an attempt after a lost
 * reply gets that reply. Returns undefined for other tools, and when the call has a key.
 */
function withKey({ tool, params, call, redis, isKeyed }: GuardedCall): Invocation['redis'] | undefined {
  if (isKeyed || onlyReads(tool) || !needsRedis(tool)) return undefined;
  const key = randomUUID();
  // The last attempt begins within the time limit, which a call that waits extends.
  const waitMs = typeof params['wait'] === 'number' ? params['wait'] * 1000 : 0;
  const keepMs = Math.ceil(call.deadline.remainingMs() + waitMs) + 1000;
  const kept = keepReplies(redis(), { key, fingerprint: hash('sha256', key), keepMs });
  return () => kept.redis;
}

function onlyReads({ annotations }: GuardedCall['tool']): boolean {
  return annotations.readOnlyHint === true;
}

/** Returns true when another attempt may succeed and cannot repeat an effect. `isOnce`: its effect takes place once. */
function mayRepeat(
  { code, retryable, outcome }: GantzError,
  { on = [] }: Setting,
  tool: GuardedCall['tool'],
  isOnce: boolean,
): boolean {
  if (code === 'CANCELLED') return false;
  const isSafe = outcome === 'none' || isOnce || onlyReads(tool) || tool.annotations.idempotentHint === true;
  return isSafe && (retryable || on.includes(code));
}

/** Returns the pause before an attempt: exponential, from half of it to all of it, and at least what the failure asks for. */
function pauseBefore(attempt: number, { backoffMs, maxBackoffMs }: Setting, { fields }: GantzError): number {
  const pauseMs = Math.min(maxBackoffMs, backoffMs * 2 ** (attempt - 2));
  const asked = fields?.['retry_after_ms'];
  return Math.max(typeof asked === 'number' ? asked : 0, pauseMs * (0.5 + Math.random() / 2));
}
