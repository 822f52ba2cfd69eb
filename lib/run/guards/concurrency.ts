import { describeMs } from './durations.ts';
import type { Guard } from './guard.ts';
import type { Settings } from './settings.ts';

/** Limits how many calls run at a time, in all processes or in this one. A killed process frees its lease when that ends. */
export const concurrency: Guard<Settings['concurrency']> = {
  key: 'concurrency',
  about:
    'How many calls run at a time, in all processes: `4`, or a map with `limit`, `wait`, `per: process`, `name`.',
  withoutRedis: 'fail',
  syntax: async () => (await import('./concurrency-syntax.ts')).concurrencySyntax,
  describe: ({ limit, waitMs, perProcess }) =>
    `at most ${limit} calls at a time ${perProcess ? 'in each process' : 'in all processes'}; others wait up to ${describeMs(waitMs)}`,
  load: async () => ({ run: (await import('./concurrency-run.ts')).runConcurrently }),
};
