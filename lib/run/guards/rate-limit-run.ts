import { createHash } from 'node:crypto';
import { GantzError } from '../../contract/errors.ts';
import { rateSliding } from '../../generated/scripts.ts';
import { canonicalJson } from '../../json/canonical.ts';
import { waitFor } from '../../redis/waiting.ts';
import { describeMs } from './durations.ts';
import type { GuardedCall, Wrap } from './guard.ts';
import { guardChannel, guardKey, onRedis } from './on-redis.ts';
import type { Settings } from './settings.ts';

type Setting = Settings['rate_limit'];

type Answer = { isAllowed: boolean; remaining: number; retryAfterMs: number };

/** Runs a call inside the guard. */
export const runRateLimited: Wrap<Setting> = async (setting, guarded, next) => {
  const answer = await count(setting, guarded);
  if (answer && !answer.isAllowed) throw limited(setting, guarded, answer);
  return await next();
};

async function count(setting: Setting, guarded: GuardedCall): Promise<Answer | undefined> {
  const { limit, perSeconds } = setting;
  const { call } = guarded;
  const name = nameOf(setting, guarded);
  const waitMs = Math.min(setting.waitMs, call.deadline.remainingMs());
  const endsAt = performance.now() + waitMs;
  return await onRedis(
    { key: 'rate_limit', withoutRedis: 'fail' },
    guarded,
    async (redis, deadline) => {
      const index = guardKey(redis, guarded, 'rate_limit', name);
      return await waitFor(
        redis,
        { ...call, deadline },
        {
          wait: waitMs / 1000,
          near: index,
          channel: guardChannel(redis, guarded, 'rate_limit', name),
          async step() {
            const reply = await redis.run(
              rateSliding,
              [index, `${index}:log`],
              ['1', String(limit), String(perSeconds)],
            );
            const [counted = 0, used = 0, , retryAfterMs = 0] = reply as number[];
            const isAllowed = counted === 1;
            const result = { isAllowed, remaining: Math.max(0, limit - used), retryAfterMs };
            const isTooLate = performance.now() + retryAfterMs > endsAt;
            return { result, done: isAllowed || isTooLate, dueInMs: retryAfterMs, more: true };
          },
        },
      );
    },
    waitMs,
  );
}

/** Returns the name of the count: that of the tool or a shared one, and a digest of the values of `by`. */
function nameOf({ name, by }: Setting, { tool, params }: GuardedCall): string {
  const values = by?.map((parameter) => params[parameter] ?? null);
  const digest = values && createHash('sha256').update(canonicalJson(values)).digest('hex').slice(0, 32);
  return `${name ?? tool.name}${digest === undefined ? '' : `:${digest}`}`;
}

function limited(
  { limit, perSeconds }: Setting,
  { tool }: GuardedCall,
  { retryAfterMs }: Answer,
): GantzError {
  return new GantzError(
    'RATE_LIMITED',
    `${tool.name} may run ${limit} times in ${describeMs(perSeconds * 1000)}, and did so already`,
    {
      hint: `Call again in ${describeMs(Math.ceil(retryAfterMs / 1000) * 1000)}.`,
      fields: { retry_after_ms: retryAfterMs },
    },
  );
}
