import type { Tool } from '../../contract/manifest.ts';
import { cache } from './cache.ts';
import { circuitBreaker } from './circuit-breaker.ts';
import { concurrency } from './concurrency.ts';
import { confirm } from './confirm.ts';
import type { Guard } from './guard.ts';
import { idempotency } from './idempotency.ts';
import { rateLimit } from './rate-limit.ts';
import { retry } from './retry.ts';
import type { Settings } from './settings.ts';

/** The compiler checks with this type that each setting has its guard. */
type Table = Readonly<Record<string, Guard>> & { readonly [Key in keyof Settings]: Guard<Settings[Key]> };

/** All guards by their keys, in their order: each encloses those below it, and the last one encloses the action. */
export const GUARDS: Table = {
  confirm,
  idempotency,
  cache,
  retry,
  circuit_breaker: circuitBreaker,
  rate_limit: rateLimit,
  concurrency,
};

/**
 * Returns what happens to calls of a tool when Redis does not answer: `fail` when a guard refuses them, `skip` when guards are skipped.
 * Returns undefined when its guards use no Redis.
 */
export function withoutRedis({ guards }: Tool): 'fail' | 'skip' | undefined {
  if (!guards) return undefined;
  const { settings, optional } = guards;
  const used = Object.values(GUARDS).filter(
    (guard) =>
      guard.withoutRedis &&
      Object.hasOwn(settings, guard.key) &&
      guard.usesRedis?.(settings[guard.key]) !== false,
  );
  if (used.length === 0) return undefined;
  return used.some((guard) => guard.withoutRedis === 'fail' && !optional.includes(guard.key))
    ? 'fail'
    : 'skip';
}
