import { GantzError } from '../lib/contract/errors.ts';
import type { Call } from '../lib/contract/call.ts';
import { rateBucket, rateFixed, rateReset, rateSliding } from '../lib/generated/scripts.ts';
import type {
  RateLimitCheckResult,
  RateLimitCombinedParameters,
  RateLimitCombinedResult,
  RateLimitTokenBucketParameters,
} from '../lib/generated/tools.ts';
import { structureTag } from '../lib/redis/keys.ts';
import type { Redis } from '../lib/redis/redis.ts';
import type { Group } from '../lib/redis/operation.ts';
import { waitFor } from '../lib/redis/waiting.ts';

/** The operations that count requests against a limit. All keys of an identifier are in one slot. */
export const rateLimit = {
  check: async (redis, params, call) => {
    const { limit, window_seconds: window, cost } = params;
    refuseCostAbove(limit, cost);
    const keys = keysOf(redis, params, [`fixed:${window}`]);
    return await untilAllowed(redis, 'fixed', params, call, async () => {
      const reply = await redis.run(rateFixed, keys, [limit, cost, window].map(String));
      return answerOf(limit, usedOf(reply));
    });
  },

  sliding_window: async (redis, params, call) => {
    refuseCostAbove(params.limit, params.cost);
    return await untilAllowed(redis, 'sliding', params, call, async () => {
      const used = await countInWindows(redis, { ...params, limits: [params] });
      return answerOf(params.limit, used);
    });
  },

  token_bucket: async (redis, params, call) => {
    const { capacity, cost } = params;
    refuseCostAbove(capacity, cost);
    const keys = keysOf(redis, params, ['bucket']);
    const args = [capacity, cost, rateOf(params)].map(String);
    return await untilAllowed(redis, 'bucket', params, call, async () =>
      answerOf(capacity, usedOf(await redis.run(rateBucket, keys, args))),
    );
  },

  combined: async (redis, params, call) => {
    refuseEqualWindows(params.limits);
    for (const { limit } of params.limits) refuseCostAbove(limit, params.cost);
    return await untilAllowed(redis, 'combined', params, call, async () =>
      combine(params.limits, await countInWindows(redis, params)),
    );
  },

  reset: async (redis, params) => {
    const index = indexOf(redis, params);
    return { reset: Number(await redis.run(rateReset, [index], [channelOf(redis, params)])) };
  },
} satisfies Group<'rate_limit'>;

type Identified = { identifier: string };

function indexOf(redis: Redis, { identifier }: Identified): string {
  return redis.key('rate', structureTag('r', identifier));
}

/** Returns the keys of a script: the index, and those of `names`. */
function keysOf(redis: Redis, identified: Identified, names: readonly string[]): string[] {
  const index = indexOf(redis, identified);
  return [index, ...names.map((name) => `${index}:${name}`)];
}

/** The channel on which a reset wakes the calls that wait. */
function channelOf(redis: Redis, { identifier }: Identified): string {
  return redis.key('wake', `rate:${identifier}`);
}

/** Asks until the request is allowed, or the rest of the wait is too short for it. */
async function untilAllowed<R extends Pick<RateLimitCheckResult, 'allowed' | 'retry_after_ms'>>(
  redis: Redis,
  kind: string,
  { wait, ...params }: Identified & { wait: number },
  call: Call,
  ask: () => Promise<R>,
): Promise<R> {
  const endsAt = performance.now() + call.deadline.allowWait(wait * 1000);
  const channel = channelOf(redis, params);
  return await waitFor(redis, call, {
    wait,
    near: indexOf(redis, params),
    channel,
    // Only equal requests wait for the same time.
    line: `${channel} ${kind} ${JSON.stringify(params)}`,
    step: async () => {
      const result = await ask();
      const { allowed, retry_after_ms: dueInMs } = result;
      const isTooLate = performance.now() + dueInMs > endsAt;
      return { result, done: allowed || isTooLate, dueInMs, more: true };
    },
  });
}

/** Returns the numbers of a reply after the first one, which says whether anything changed. */
function usedOf(reply: unknown): number[] {
  return (reply as number[]).slice(1);
}

/** Converts the numbers of a reply for one limit. */
function answerOf(
  limit: number,
  [current = 0, resetAt = 0, waitMs = 0]: readonly number[],
): RateLimitCheckResult {
  return {
    allowed: waitMs === 0,
    current,
    limit,
    remaining: Math.max(0, limit - current), // negative when an earlier call had a higher limit
    reset_at: resetAt,
    retry_after_ms: waitMs,
  };
}

/** Returns three numbers for each limit. */
async function countInWindows(
  redis: Redis,
  { limits, cost, ...identified }: Pick<RateLimitCombinedParameters, 'identifier' | 'limits' | 'cost'>,
): Promise<number[]> {
  const keys = keysOf(
    redis,
    identified,
    limits.map(({ window_seconds: window }) => `sliding:${window}`),
  );
  const args = [cost, ...limits.flatMap(({ limit, window_seconds: window }) => [limit, window])];
  return usedOf(await redis.run(rateSliding, keys, args.map(String)));
}

/** Converts three numbers for each limit. */
function combine(
  limits: RateLimitCombinedParameters['limits'],
  numbers: readonly number[],
): RateLimitCombinedResult {
  const answers = limits.map(({ limit, window_seconds }, index) => {
    const answer = answerOf(limit, numbers.slice(3 * index, 3 * index + 3));
    const { current, remaining, reset_at, retry_after_ms } = answer;
    return { limit, window_seconds, current, remaining, reset_at, retry_after_ms };
  });
  const retryAfterMs = Math.max(...answers.map(({ retry_after_ms: waitMs }) => waitMs));
  const blocking = answers.find(({ retry_after_ms: waitMs }) => waitMs > 0 && waitMs === retryAfterMs);
  return {
    allowed: blocking === undefined,
    blocking: blocking?.window_seconds ?? null,
    limits: answers,
    retry_after_ms: retryAfterMs,
  };
}

function refuseEqualWindows(limits: RateLimitCombinedParameters['limits']): void {
  const windows = limits.map(({ window_seconds: window }) => window);
  const index = windows.findIndex((window, at) => windows.indexOf(window) < at);
  if (index < 0) return;
  throw new GantzError('INVALID_PARAMETERS', `Two limits have a window of ${windows[index]} seconds`, {
    details: [{ path: `/limits/${index}/window_seconds`, message: 'must differ from those of the others' }],
  });
}

function refuseCostAbove(limit: number, cost: number): void {
  if (cost <= limit) return;
  throw new GantzError('INVALID_PARAMETERS', `The cost ${cost} is above the limit ${limit}`, {
    details: [{ path: '/cost', message: `must be <= ${limit}, the limit` }],
  });
}

/** The most seconds in which a bucket may become full: ten years, like the longest time to live. */
const LONGEST_FILL = 315_360_000;

/** Returns the millionths of a token that are refilled in a second. Throws INVALID_PARAMETERS when the bucket fills too slowly. */
function rateOf({ capacity, refill_per_second: refill }: RateLimitTokenBucketParameters): number {
  const rate = Math.round(refill * 1_000_000);
  if (capacity * 1_000_000 <= rate * LONGEST_FILL) return rate;
  throw new GantzError('INVALID_PARAMETERS', 'The bucket would not be full within ten years', {
    details: [{ path: '/refill_per_second', message: 'is too small for the capacity' }],
  });
}

if (process.argv[1] === import.meta.filename) void import('../lib/start/entry-of-group.ts');
