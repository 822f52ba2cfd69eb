import { describeMs } from './durations.ts';
import type { Guard } from './guard.ts';
import { KEEP_MS, type Settings } from './settings.ts';

/** Gives a repetition of a call the answer of the first one. Calls without a key, and tools that only read, pass. */
export const idempotency: Guard<Settings['idempotency'] | undefined> = {
  key: 'idempotency',
  about:
    'How long the answer of a call with an idempotency key is kept: `1d`, or a map with `keep` and `key`, the parameters that are the key when the caller gives none.',
  withoutRedis: 'fail',
  syntax: async () => (await import('./idempotency-syntax.ts')).idempotencySyntax,
  describe: (setting) =>
    setting?.key
      ? `a second call with the same ${setting.key.join(', ')} within ${describeMs(setting.keepMs)} gets the answer of the first, and nothing runs`
      : `a second call with the same --idempotency-key within ${describeMs(setting?.keepMs ?? KEEP_MS)} gets the answer of the first, and nothing runs`,
  load: async () => ({ run: (await import('./idempotency-run.ts')).runIdempotently }),
};
