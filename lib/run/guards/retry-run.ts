import { setTimeout as sleep } from 'node:timers/promises';
import { GantzError } from '../../contract/errors.ts';
import type { GuardedCall, Wrap } from './guard.ts';
import type { Settings } from './settings.ts';

type Setting = Settings['retry'];

/** Runs the action again after a failure, until it succeeds or may not be repeated. */
export const runWithRetries: Wrap<Setting> = async (setting, guarded, next) => {
  const { call, notes } = guarded;
  const { attempts, attemptTimeoutMs } = setting;
  const changes = attemptTimeoutMs === undefined ? {} : { actionTimeoutMs: attemptTimeoutMs };
  for (let attempt = 1; ; attempt++) {
    if (attempt > 1) notes['attempts'] = attempt;
    try {
      return await next(changes);
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

/** Returns true when another attempt may succeed and cannot repeat an effect. */
function mayRepeat(
  { code, retryable, outcome }: GantzError,
  { on = [] }: Setting,
  { tool }: GuardedCall,
): boolean {
  if (code === 'CANCELLED') return false;
  const { readOnlyHint, idempotentHint } = tool.annotations;
  const isSafe = outcome === 'none' || readOnlyHint === true || idempotentHint === true;
  return isSafe && (retryable || on.includes(code));
}

/** Returns the pause before an attempt: exponential, from half of it to all of it, and at least what the failure asks for. */
function pauseBefore(attempt: number, { backoffMs, maxBackoffMs }: Setting, { fields }: GantzError): number {
  const pauseMs = Math.min(maxBackoffMs, backoffMs * 2 ** (attempt - 2));
  const asked = fields?.['retry_after_ms'];
  return Math.max(typeof asked === 'number' ? asked : 0, pauseMs * (0.5 + Math.random() / 2));
}
