import { needsRedis } from '../kinds.ts';
import { describeMs } from './durations.ts';
import type { Guard } from './guard.ts';
import type { Settings } from './settings.ts';

/** Repeats an action that failed, when another attempt may succeed and cannot repeat an effect. */
export const retry: Guard<Settings['retry']> = {
  key: 'retry',
  about:
    'Repeats failed calls: `3` (attempts), or a map with `attempts`, `backoff`, `max_backoff`, `attempt_timeout`, `on`.',
  syntax: async () => (await import('./retry-syntax.ts')).retrySyntax,
  describe({ attempts, backoffMs, maxBackoffMs, attemptTimeoutMs, on = [] }, tool) {
    const { readOnlyHint, idempotentHint } = tool.annotations;
    const isSafe = readOnlyHint === true || idempotentHint === true || needsRedis(tool);
    const failures = [...on, '"retryable":true'].join(' or ') + (isSafe ? '' : ', and with "outcome":"none"');
    return (
      `when a call fails with ${failures}, runs again: ${attempts} attempts in all, with pauses from ${describeMs(backoffMs)} to ${describeMs(maxBackoffMs)}` +
      (attemptTimeoutMs === undefined ? '' : `; each attempt may take ${describeMs(attemptTimeoutMs)}`)
    );
  },
  load: async () => ({ run: (await import('./retry-run.ts')).runWithRetries }),
};
