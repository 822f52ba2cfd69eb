import { describeMs } from './durations.ts';
import type { Guard } from './guard.ts';
import type { Settings } from './settings.ts';

/** Keeps the answers of a tool. Of several equal calls at a time, one runs the action, and the others get its answer. */
export const cache: Guard<Settings['cache']> = {
  key: 'cache',
  about:
    'How long an answer is served again for equal parameters: `10m`, or a map with `ttl`, `key`, `vary`, `stale`.',
  withoutRedis: 'skip',
  syntax: async () => (await import('./cache-syntax.ts')).cacheSyntax,
  describe: ({ ttlMs, key, vary = [], staleMs = 0 }) =>
    `a second call with the same ${[...(key ?? ['parameters']), ...vary].join(', ')} within ${describeMs(ttlMs)} gets the answer of the first, and nothing runs` +
    (staleMs > 0
      ? `; so do calls up to ${describeMs(staleMs)} later, while one of them computes a new answer`
      : ''),
  async load() {
    const { findCached, runCached } = await import('./cache-run.ts');
    return { find: findCached, run: runCached };
  },
};
