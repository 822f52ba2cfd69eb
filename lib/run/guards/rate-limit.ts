import { describeMs } from './durations.ts';
import type { Guard } from './guard.ts';
import type { Settings } from './settings.ts';

/** Limits how often the action runs within a sliding window, over all processes. */
export const rateLimit: Guard<Settings['rate_limit']> = {
  key: 'rate_limit',
  about: 'How often the action runs: `60/m`, or a map with `limit`, `per`, `by`, `wait`, `name`.',
  withoutRedis: 'fail',
  syntax: async () => (await import('./rate-limit-syntax.ts')).rateLimitSyntax,
  describe: ({ limit, perSeconds, by, waitMs }) =>
    `runs at most ${limit === 1 ? 'once' : `${limit} times`} in any ${describeMs(perSeconds * 1000)}${by ? ` for each ${by.join(', ')}` : ''}, counted over all processes; a call beyond that ` +
    `${waitMs > 0 ? `waits up to ${describeMs(waitMs)}, or ` : ''}fails with RATE_LIMITED`,
  load: async () => ({ run: (await import('./rate-limit-run.ts')).runRateLimited }),
};
