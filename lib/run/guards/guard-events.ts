import type { Code } from '../../contract/errors.ts';
import type { Tool } from '../../contract/manifest.ts';
import { isObject } from '../../json/object.ts';

/** What the field `gantz` of an answer says about guards. */
type Notes = {
  cached?: boolean;
  stale?: boolean;
  replayed?: boolean;
  attempts?: number;
  refused_by?: string;
};

/** What a guard did: its key, the event, and how often. */
export type GuardEvent = readonly [guard: string, event: string, times?: number];

/**
 * Returns what the guards of a tool did in one call. `notes` is the field `gantz` of its answer, and `code` that of its failure. A call
 * with wrong parameters does not reach the guards.
 */
export function guardEvents(tool: Tool, notes: unknown, code: Code | undefined): readonly GuardEvent[] {
  const { guards } = tool;
  if ((!guards && notes === undefined) || code === 'INVALID_PARAMETERS') return [];
  const did: Notes = isObject(notes) ? notes : {};
  const { cached, stale, replayed, attempts = 1, refused_by: refusedBy } = did;
  const has = (guard: string): boolean => Object.hasOwn(guards?.settings ?? {}, guard);
  // The guards outside `cache` may have refused the call.
  const isRefused = refusedBy === 'idempotency' || (code === 'FORBIDDEN' && has('confirm'));
  return [
    ...(has('cache') && !replayed && !isRefused
      ? [['cache', stale ? 'stale' : cached ? 'hit' : 'miss'] as const]
      : []),
    ...(replayed ? [['idempotency', 'replayed'] as const] : []),
    ...(attempts > 1 ? [['retry', 'retried', attempts - 1] as const] : []),
    ...(refusedBy === undefined ? [] : [[refusedBy, REFUSALS[code ?? ''] ?? 'refused'] as const]),
  ];
}

/** The event of a guard that refuses a call, by the code of the failure. */
const REFUSALS: Readonly<Record<string, string>> = {
  RATE_LIMITED: 'limited',
  OVERLOADED: 'limited',
  CIRCUIT_OPEN: 'open',
};
