import type { Call } from '../../contract/call.ts';
import type { Result } from '../../contract/envelope.ts';
import { GantzError } from '../../contract/errors.ts';
import type { Redis } from '../../redis/redis.ts';
import type { BundledAction } from './bundled-action.ts';

type Row = (redis: Redis, params: never, call: Call) => Promise<Result>;

/** An operation. Its parameters must be checked before. */
export type Operation = (
  redis: Redis,
  params: Readonly<Record<string, unknown>>,
  call: Call,
) => Promise<Result>;

/** The groups of tools/. A group is loaded when one of its operations is first called. */
const GROUPS: Readonly<Record<string, () => Promise<Readonly<Record<string, Row>>>>> = {
  cache: async () => (await import('../../../tools/cache.ts')).cache,
  list: async () => (await import('../../../tools/list.ts')).list,
  hash: async () => (await import('../../../tools/hash.ts')).hash,
  set: async () => (await import('../../../tools/set.ts')).set,
  sorted_set: async () => (await import('../../../tools/sorted-set.ts')).sortedSet,
  session: async () => (await import('../../../tools/session.ts')).session,
  lock: async () => (await import('../../../tools/lock.ts')).lock,
  stream: async () => (await import('../../../tools/stream.ts')).stream,
  pubsub: async () => (await import('../../../tools/pubsub.ts')).pubsub,
  queue: async () => (await import('../../../tools/queue.ts')).queue,
  rate_limit: async () => (await import('../../../tools/rate-limit.ts')).rateLimit,
  state: async () => (await import('../../../tools/state.ts')).state,
};

/** Loads an operation of tools/. Throws NOT_RUNNABLE when it does not exist. */
export async function findOperation({ group, operation: name }: BundledAction): Promise<Operation> {
  const rows = Object.hasOwn(GROUPS, group) ? await GROUPS[group]?.() : undefined;
  const row = rows && Object.hasOwn(rows, name) ? rows[name] : undefined;
  if (row) return row as Operation;
  throw new GantzError('NOT_RUNNABLE', `The bundled tools have no operation ${group}.${name}`);
}
