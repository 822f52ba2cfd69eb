import { hash } from 'node:crypto';
import { GantzError } from '../../contract/errors.ts';
import { rateSliding } from '../../generated/scripts.ts';
import { canonicalJson } from '../../json/canonical.ts';
import { beforeAction } from './action-start.ts';
import { describeMs } from './durations.ts';
import type { GuardedCall, Wrap } from './guard.ts';
import { guardChannel, guardKey, onRedisUntil, refusedBy } from './on-redis.ts';
import type { Settings } from './settings.ts';

type Setting = Settings['rate_limit'];

type Answer = { isAllowed: boolean; retryAfterMs: number; used: number };

/** Runs a call when the limit allows it. */
export const runRateLimited: Wrap<Setting> = async (setting, guarded, next) => {
  const answer = await beforeAction(guarded, () => count(setting, guarded));
  if (answer && !answer.isAllowed) throw limited(setting, guarded, answer);
  if (answer) {
    const { limit, perSeconds: windowSeconds, name = guarded.tool.name } = setting;
    guarded.wishes.onQuota?.({ name, limit, windowSeconds, remaining: limit - answer.used });
  }
  return await next();
};

/** Counts the call, and waits until it is allowed when that is soon enough. Returns undefined when the guard is skipped. */
async function count(setting: Setting, guarded: GuardedCall): Promise<Answer | undefined> {
  const { limit, perSeconds, waitMs } = setting;
  const name = nameOf(setting, guarded);
  const endsAt = performance.now() + Math.min(waitMs, guarded.call.deadline.remainingMs());
  return await onRedisUntil(guarded, waitMs, (redis) => {
    const index = guardKey(redis, guarded, name);
    return {
      near: index,
      channel: guardChannel(redis, guarded, name),
      async step() {
        const args = ['1', String(limit), String(perSeconds)];
        const reply = await redis.run(rateSliding, [index, `${index}:log`], args);
        const [counted = 0, used = 0, , retryAfterMs = 0] = reply as number[];
        const isAllowed = counted === 1;
        const isTooLate = performance.now() + retryAfterMs > endsAt;
        const result = { isAllowed, retryAfterMs, used };
        return { result, done: isAllowed || isTooLate, dueInMs: retryAfterMs, more: true };
      },
    };
  });
}

/**
 * Returns the name of the count: that of the tool or a shared one, the window, and a digest of the values of `by`. Counts with
 * different windows cannot be one: the shorter window would remove what the longer one needs.
 */
function nameOf({ name, by, perSeconds }: Setting, { tool, params }: GuardedCall): string {
  const values = by?.map((parameter) =>
    Object.hasOwn(params, parameter) ? (params[parameter] ?? null) : null,
  );
  const digest = values && hash('sha256', canonicalJson(values)).slice(0, 32);
  return `${name ?? tool.name}:${perSeconds}${digest === undefined ? '' : `:${digest}`}`;
}

function limited(
  { limit, perSeconds, name }: Setting,
  guarded: GuardedCall,
  { retryAfterMs }: Answer,
): GantzError {
  const { tool } = guarded;
  return new GantzError(
    'RATE_LIMITED',
    `${tool.name} may run ${limit === 1 ? 'once' : `${limit} times`} in ${describeMs(perSeconds * 1000)}, and did so already`,
    {
      hint: `Call again in ${describeMs(Math.ceil(retryAfterMs / 1000) * 1000)}.`,
      fields: {
        retry_after_ms: retryAfterMs,
        rate_limit: { name: name ?? tool.name, limit, window_seconds: perSeconds },
        ...refusedBy(guarded),
      },
    },
  );
}
