import { canonicalJson } from '../../json/canonical.ts';
import { checkIdempotencyKey, runBundledOnce, runOnce } from '../idempotency.ts';
import { needsRedis } from '../kinds.ts';
import type { GuardedCall, Wrap } from './guard.ts';
import { KEEP_MS, type Settings } from './settings.ts';

/** Runs a call inside the guard. */
export const runIdempotently: Wrap<Settings['idempotency'] | undefined> = async (setting, guarded, next) => {
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
