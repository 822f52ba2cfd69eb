import { randomUUID } from 'node:crypto';
import { GantzError, type Code } from '../../contract/errors.ts';
import { guardBreakerEnter, guardBreakerRenew, guardBreakerReport } from '../../generated/scripts.ts';
import type { Redis } from '../../redis/redis.ts';
import { timeLimitOf } from '../kinds.ts';
import { actionStart } from './action-start.ts';
import { describeMs } from './durations.ts';
import type { GuardedCall, Wrap } from './guard.ts';
import { LEASE_MS, withLease } from './lease.ts';
import { afterwards, guardKey, onRedis, refusedBy } from './on-redis.ts';
import type { Settings } from './settings.ts';

type Setting = Settings['circuit_breaker'];

/** How long the state of a breaker is kept after it was open, when nobody calls, in milliseconds. */
const KEEP_MS = 24 * 60 * 60 * 1000;

/** The codes of failures of a system that has answered. */
const ANSWERED: ReadonlySet<Code> = new Set([
  'HTTP_STATUS',
  'UNEXPECTED_ANSWER',
  'OUTPUT_TOO_LARGE',
  'RETURNS_MISMATCH',
  'SCRIPT_FAILED',
  'HANDLER_FAILED',
]);

/** What the end of a call says about the system that its tool uses. */
type Ending = 'failed' | 'worked' | 'unknown';

/** Runs a call unless the breaker is open, and records how it ended when that may open or close the breaker. */
export const runThroughBreaker: Wrap<Setting> = async (setting, guarded, next) => {
  const token = randomUUID();
  const entered = await onRedis(guarded, async (redis) => {
    const [, state] = keysOf(redis, setting, guarded);
    const args = [token, String(LEASE_MS)];
    return (await redis.run(guardBreakerEnter, [state], args)) as [state: string, leftMs: number];
  });
  if (entered === undefined) {
    // The server may have made this call the one that tries.
    void report(setting, guarded, token, 'unknown');
    return await next();
  }
  const [state, leftMs] = entered;
  if (state === 'open') throw circuitOpen(guarded, leftMs);
  const enteredAt = performance.now();
  // While the breaker is closed, only failures matter.
  if (state === 'closed') {
    try {
      return await next();
    } catch (error) {
      if (endingOf(error, guarded, enteredAt) === 'failed') await report(setting, guarded, token, 'failed');
      throw error;
    }
  }
  const renew = (): Promise<void> =>
    afterwards(guarded, (redis) => {
      const [, state] = keysOf(redis, setting, guarded);
      return redis.run(guardBreakerRenew, [state], [token, String(LEASE_MS)]);
    });
  let ending: Ending = 'worked';
  try {
    return await withLease(renew, () => next());
  } catch (error) {
    ending = endingOf(error, guarded, enteredAt);
    throw error;
  } finally {
    await report(setting, guarded, token, ending);
  }
};

function keysOf(redis: Redis, setting: Setting, guarded: GuardedCall): [failures: string, state: string] {
  const name = setting.name ?? guarded.tool.name;
  return [guardKey(redis, guarded, name, ':failures'), guardKey(redis, guarded, name, ':state')];
}

async function report(setting: Setting, guarded: GuardedCall, token: string, ending: Ending): Promise<void> {
  const { failures, withinMs, cooldownMs } = setting;
  const args = [token, ending, failures, withinMs, cooldownMs, KEEP_MS].map(String);
  await afterwards(guarded, (redis) => redis.run(guardBreakerReport, keysOf(redis, setting, guarded), args));
}

/**
 * Returns `failed` when the system did not answer, or answered with a failure of its own, and `worked` for any other answer. A call
 * that was cancelled, or refused before the action ran, says nothing.
 */
function endingOf(error: unknown, guarded: GuardedCall, enteredAt: number): Ending {
  if (!(error instanceof GantzError)) return 'unknown';
  const { code, fields } = error;
  if (code === 'UPSTREAM_UNAVAILABLE') return 'failed';
  if (code === 'TIMEOUT') return hadEnoughTime(guarded, enteredAt) ? 'failed' : 'unknown';
  const status = code === 'HTTP_STATUS' ? fields?.['status'] : undefined;
  if (typeof status === 'number' && status >= 500) return 'failed';
  return ANSWERED.has(code) ? 'worked' : 'unknown';
}

/**
 * Returns true when the TIMEOUT of a call says something about the system. A shorter limit of the caller does not, and neither does one
 * of which less than half was left for the action, because the call waited for another guard or another attempt.
 */
function hadEnoughTime(guarded: GuardedCall, enteredAt: number): boolean {
  const { tool, call } = guarded;
  const { deadline } = call;
  const actionMs = deadline.endsAt - Math.max(enteredAt, actionStart(guarded) ?? 0);
  const retry = tool.guards?.settings['retry'] as Settings['retry'] | undefined;
  // The limit of an attempt begins with the action.
  if (retry?.attemptTimeoutMs !== undefined && retry.attemptTimeoutMs < actionMs) return true;
  const limitMs = timeLimitOf(tool);
  return deadline.budgetMs >= limitMs && actionMs >= limitMs / 2;
}

function circuitOpen(guarded: GuardedCall, leftMs: number): GantzError {
  return new GantzError(
    'CIRCUIT_OPEN',
    `${guarded.tool.name} failed repeatedly, so its calls are refused for now`,
    {
      hint: `Call again in ${describeMs(Math.ceil(leftMs / 1000) * 1000)}.`,
      fields: { retry_after_ms: leftMs, ...refusedBy(guarded) },
    },
  );
}
