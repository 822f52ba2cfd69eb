import { canonicalJson } from '../../json/canonical.ts';
import { checkIdempotencyKey, runBundledOnce, runOnce } from '../idempotency.ts';
import { needsRedis } from '../kinds.ts';
import type { GuardedCall, Wrap } from './guard.ts';
import { onRedis } from './on-redis.ts';
import { KEEP_MS, type Settings } from './settings.ts';

/** Runs a call, or returns the answer of an earlier one with the same key. */
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
  if (needsRedis(tool)) return await runBundledOnce(keyed, (kept) => next({ redis: () => kept }));
  // Without the guard in the manifest, only the key of this call needs Redis, and the call has no other time limit.
  if (!setting) return await runOnce(keyed, () => next());
  return await runOnce({ ...keyed, claim: (step) => onRedis(guarded, step) }, () => next());
};

/** Returns the key of the caller, or the one that the setting makes from parameters: none when the call lacks one of them. */
function keyOf(
  setting: Settings['idempotency'] | undefined,
  { tool, params, scope, wishes }: GuardedCall,
): string | undefined {
  if (wishes.idempotencyKey !== undefined) return checkIdempotencyKey(wishes.idempotencyKey);
  const names = setting?.key ?? [];
  const values = names.map((name) => (Object.hasOwn(params, name) ? (params[name] ?? null) : null));
  if (names.length === 0 || values.includes(null)) return undefined;
  return canonicalJson([scope, tool.name, ...values]);
}
