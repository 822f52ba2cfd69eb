import type { Result } from '../contract/envelope.ts';
import type { Tool } from '../contract/manifest.ts';
import { operationOf } from '../run/bundled/bundled-kind.ts';

/** A kind of state that clients may read as resources: `gantz://state/<kind>/<name>`. */
export type StateKind = {
  readonly title: string;
  /** The operation that reads it. The kind exists where a tool with this operation is allowed. */
  readonly reads: `${string}.${string}`;
  /** The parameter of the operation that takes the name, and its other parameters. */
  readonly by: string;
  readonly with?: Readonly<Record<string, unknown>>;
  /** Returns what a client reads, of the result of the operation: undefined when there is nothing of that name. */
  readonly contents: (result: Result) => unknown;
};

/** The kinds, by the names that state_list has for them. */
export const STATE_KINDS: Readonly<Record<string, StateKind>> = {
  cache: {
    title: 'Cached value',
    reads: 'cache.get',
    by: 'key',
    contents: ({ found, value }) => (found ? value : undefined),
  },
  list: {
    title: 'List',
    reads: 'list.range',
    by: 'key',
    contents: ({ count, values }) => (count ? values : undefined),
  },
  hash: {
    title: 'Hash',
    reads: 'hash.get',
    by: 'key',
    contents: ({ found, data }) => (found ? data : undefined),
  },
  set: {
    title: 'Set',
    reads: 'set.members',
    by: 'key',
    with: { limit: 100_000 },
    contents: (page) => (page['count'] ? page : undefined),
  },
  sorted_set: {
    title: 'Sorted set',
    reads: 'sorted_set.range',
    by: 'key',
    with: { limit: 100_000 },
    contents: ({ count, members }) => (count ? members : undefined),
  },
  session: {
    title: 'Session',
    reads: 'session.get',
    by: 'session_id',
    contents: ({ session }) => session ?? undefined,
  },
  lock: { title: 'Lock', reads: 'lock.status', by: 'name', contents: (status) => status },
  queue: {
    title: 'Jobs of a queue, by state',
    reads: 'queue.stats',
    by: 'queue',
    contents: (stats) => stats,
  },
  stream: {
    title: 'Events of a stream',
    reads: 'stream.read',
    by: 'stream',
    with: { count: 10_000 },
    contents: (page) => (page['last_id'] === '0' ? undefined : page),
  },
};

/** Returns the tool with an operation: a manifest that includes the bundled tools has them under their names. */
export function toolWith(operation: string, tools: readonly Tool[]): Tool | undefined {
  return tools.find(({ action }) => {
    const bundled = operationOf(action);
    return bundled && `${bundled.group}.${bundled.operation}` === operation;
  });
}
