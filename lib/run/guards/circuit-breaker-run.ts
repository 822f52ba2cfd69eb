import { randomUUID } from 'node:crypto';
import { GantzError } from '../../contract/errors.ts';
import { guardBreakerEnter, guardBreakerReport } from '../../generated/scripts.ts';
import type { Redis } from '../../redis/redis.ts';
import { describeMs } from './durations.ts';
import type { GuardedCall, Wrap } from './guard.ts';
import { afterwards, guardKey, onRedis } from './on-redis.ts';
import type { Settings } from './settings.ts';

type Setting = Settings['circuit_breaker'];

/** How long the state of an open breaker is kept when nobody calls, in milliseconds. */
const KEEP_MS = 24 * 60 * 60 * 1000;

/** Runs a call inside the guard. */
export const runThroughBreaker: Wrap<Setting> = async (setting, guarded, next) => {
  const { call, note } = guarded;
  const token = randomUUID();
  const entered = await onRedis({ key: 'circuit_breaker', withoutRedis: 'skip' }, guarded, async (redis) => {
    // Another call may be the probe when this one has ended for sure.
    const args = [token, String(Math.ceil(call.deadline.remainingMs()) + 1000)];
    const [, state] = keysOf(redis, setting, guarded);
    return (await redis.run(guardBreakerEnter, [state], args)) as [state: string, leftMs: number];
  });
  if (entered === undefined) return await next();
  const [state, leftMs] = entered;
  if (state === 'open') {
    note({ circuit: 'open' });
    throw circuitOpen(guarded, leftMs);
  }
  try {
    const result = await next();
    // A success matters only after failures: the probe closes the breaker.
    if (state === 'probe') await report(setting, guarded, token, false);
    return result;
  } catch (error) {
    const hasFailed = isFailureOfSystem(error);
    if (hasFailed || state === 'probe') await report(setting, guarded, token, hasFailed);
    throw error;
  }
};

function keysOf(redis: Redis, setting: Setting, guarded: GuardedCall): [failures: string, state: string] {
  const name = setting.name ?? guarded.tool.name;
  return [
    guardKey(redis, guarded, 'circuit_breaker', name, ':failures'),
    guardKey(redis, guarded, 'circuit_breaker', name, ':state'),
  ];
}

async function report(
  setting: Setting,
  guarded: GuardedCall,
  token: string,
  hasFailed: boolean,
): Promise<void> {
  const { failures, withinMs, cooldownMs } = setting;
  const args = [token, hasFailed ? '1' : '0', failures, withinMs, cooldownMs, KEEP_MS].map(String);
  await afterwards(guarded, (redis) => redis.run(guardBreakerReport, keysOf(redis, setting, guarded), args));
}

/** Returns true when the system that a tool uses did not answer, or answered with a failure of its own. */
function isFailureOfSystem(error: unknown): boolean {
  if (!(error instanceof GantzError)) return false;
  const { code, fields } = error;
  if (code === 'UPSTREAM_UNAVAILABLE' || code === 'TIMEOUT') return true;
  const status = code === 'HTTP_STATUS' ? fields?.['status'] : undefined;
  return typeof status === 'number' && status >= 500;
}

function circuitOpen({ tool }: GuardedCall, leftMs: number): GantzError {
  return new GantzError('CIRCUIT_OPEN', `${tool.name} failed repeatedly, so its calls are refused for now`, {
    hint: `Call again in ${describeMs(Math.ceil(leftMs / 1000) * 1000)}.`,
    fields: { retry_after_ms: leftMs },
  });
}
