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
