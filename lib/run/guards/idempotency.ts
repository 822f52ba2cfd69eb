import { canonicalJson } from '../../json/canonical.ts';
import { checkIdempotencyKey, runBundledOnce, runOnce } from '../idempotency.ts';
import { needsRedis } from '../kinds.ts';
import type { Guard, GuardedCall } from './guard.ts';
import { describeMs } from './durations.ts';
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
      ? `a second call with the same ${setting.key.join(', ')} within ${describeMs(setting.keepMs)} gets the answer of the first`
      : `a second call with the same idempotency key within ${describeMs(setting?.keepMs ?? KEEP_MS)} gets the answer of the first`,
  async wrap(setting, guarded, next) {
    const { tool, params, call, redis, wishes } = guarded;
    const key = keyOf(setting, guarded);
    // A call that writes nothing is repeated without harm.
    if (key === undefined || tool.annotations.readOnlyHint === true) return await next();
    const keyed = {
      tool,
      params,
      call,
      key,
      keepMs: setting?.keepMs ?? KEEP_MS,
      waitMs: wishes.idempotencyWaitMs ?? 0,
      redis: redis(),
    };
    return needsRedis(tool)
      ? await runBundledOnce(keyed, (kept) => next({ redis: () => kept }))
      : await runOnce(keyed, () => next());
  },
};

/** Returns the key of the caller, or the one that the setting makes from parameters. */
function keyOf(
  setting: Settings['idempotency'] | undefined,
  { tool, params, scope, wishes }: GuardedCall,
): string | undefined {
  if (wishes.idempotencyKey !== undefined) return checkIdempotencyKey(wishes.idempotencyKey);
  if (!setting?.key) return undefined;
  return canonicalJson([scope, tool.name, ...setting.key.map((name) => params[name] ?? null)]);
}
