import { describeMs } from './durations.ts';
import type { Guard } from './guard.ts';
import type { Settings } from './settings.ts';

/** Refuses calls for a while after repeated failures of the system that the tool uses. Then one call finds out if it works again. */
export const circuitBreaker: Guard<Settings['circuit_breaker']> = {
  key: 'circuit_breaker',
  about:
    'Refuses calls while the system behind the tool fails: `true`, or a map with `failures`, `within`, `cooldown`, `name`.',
  withoutRedis: 'skip',
  syntax: async () => (await import('./circuit-breaker-syntax.ts')).circuitBreakerSyntax,
  describe: ({ failures, withinMs, cooldownMs }) =>
    `after ${failures} failures of the system behind it within ${describeMs(withinMs)}, calls fail with CIRCUIT_OPEN for ${describeMs(cooldownMs)}; then one call finds out if it works again`,
  load: async () => ({ run: (await import('./circuit-breaker-run.ts')).runThroughBreaker }),
};
