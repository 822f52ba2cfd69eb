import type { Call } from '../../call.ts';
import type { Result } from '../../envelope.ts';
import { GantzError } from '../../errors.ts';
import type { HandlerAction } from '../../manifest/manifest.ts';
import type { Redis } from '../../redis/redis.ts';

type Row = (redis: Redis, params: never, call: Call) => Promise<Result>;

/** A row, called with parameters that were checked. */
export type RunnableRow = (redis: Redis, params: Record<string, unknown>, call: Call) => Promise<Result>;

/** The groups of tools/, each loaded when one of its rows is called. */
const GROUPS: Readonly<Record<string, () => Promise<Readonly<Record<string, Row>>>>> = {
  cache: async () => (await import('../../../tools/cache.ts')).cache,
  list: async () => (await import('../../../tools/list.ts')).list,
  hash: async () => (await import('../../../tools/hash.ts')).hash,
  set: async () => (await import('../../../tools/set.ts')).set,
  session: async () => (await import('../../../tools/session.ts')).session,
  pubsub: async () => (await import('../../../tools/pubsub.ts')).pubsub,
  rate_limit: async () => (await import('../../../tools/rate-limit.ts')).rateLimit,
};

/** The row of tools/ that a bundled tool's handler names; NOT_RUNNABLE when there is none. */
export async function findRow({ module, function: name }: HandlerAction): Promise<RunnableRow> {
  const group = Object.hasOwn(GROUPS, module) ? await GROUPS[module]?.() : undefined;
  const row = group && Object.hasOwn(group, name) ? group[name] : undefined;
  if (row) return row as RunnableRow;
  throw new GantzError('NOT_RUNNABLE', `The bundled tools have no operation ${module}.${name}`);
}
