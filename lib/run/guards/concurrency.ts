import { describeMs } from './durations.ts';
import type { Guard } from './guard.ts';
import type { Settings } from './settings.ts';

/** Limits how many calls run at a time, in all processes or in this one. A killed process frees its lease when that ends. */
export const concurrency: Guard<Settings['concurrency']> = {
  key: 'concurrency',
  about:
    'How many calls run at a time, in all processes: `4`, or a map with `limit`, `wait`, `per: process`, `name`.',
  withoutRedis: 'fail',
  usesRedis: ({ perProcess }) => perProcess !== true,
  syntax: async () => (await import('./concurrency-syntax.ts')).concurrencySyntax,
  describe: ({ limit, waitMs, perProcess }) =>
    `runs at most ${limit} at a time, counted ${perProcess ? 'in each process' : 'over all processes'}; a call beyond that ` +
    `${waitMs > 0 ? `waits up to ${describeMs(waitMs)}, then ` : ''}fails with OVERLOADED`,
  load: async () => ({ run: (await import('./concurrency-run.ts')).runConcurrently }),
};
