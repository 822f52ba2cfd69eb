import { GantzError } from '../lib/contract/errors.ts';
import { rateFixed, rateSliding } from '../lib/generated/scripts.ts';
import type { RateLimitCheckParameters, RateLimitCheckResult } from '../lib/generated/tools.ts';
import type { Redis } from '../lib/redis/redis.ts';
import type { Group } from '../lib/redis/operation.ts';
import type { Script } from '../lib/redis/scripts.ts';

/** The operations that count requests against a limit. */
export const rateLimit = {
  check: async (redis, params) => await count(redis, rateFixed, 'fixed', params),

  sliding_window: async (redis, params) => await count(redis, rateSliding, 'sliding', params),
} satisfies Group<'rate_limit'>;

async function count(
  redis: Redis,
  script: Script,
  kind: 'fixed' | 'sliding',
  { identifier, limit, window_seconds: window, cost }: RateLimitCheckParameters,
): Promise<RateLimitCheckResult> {
  if (cost > limit) throw costAboveLimit(cost, limit);
  // The identifier is last, because it may contain colons.
  const key = redis.key('rate', `${kind}:${window}:${identifier}`);
  const reply = await redis.run(script, [key], [limit, cost, window].map(String));
  const [allowed, current, resetAt, wait] = reply as [number, number, number, number];
  return {
    allowed: allowed === 1,
    current,
    limit,
    remaining: Math.max(0, limit - current), // negative when an earlier call had a higher limit
    reset_at: resetAt,
    retry_after_ms: allowed === 1 ? 0 : wait,
  };
}

function costAboveLimit(cost: number, limit: number): GantzError {
  return new GantzError('INVALID_PARAMETERS', `The cost ${cost} is above the limit ${limit}`, {
    details: [{ path: '/cost', message: `must be <= ${limit}, the limit` }],
  });
}

if (process.argv[1] === import.meta.filename) void import('../lib/start/entry-of-group.ts');
