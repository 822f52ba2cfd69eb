import type { Guard } from './guard.ts';
import { idempotency } from './idempotency.ts';
import { retry } from './retry.ts';
import type { Settings } from './settings.ts';

/** All guards by their keys, in their order: each encloses those below it, and the last one encloses the action. */
export const GUARDS: Readonly<Record<string, Guard>> & {
  readonly [Key in keyof Settings]: Guard<Settings[Key]>;
} = { idempotency, retry };
