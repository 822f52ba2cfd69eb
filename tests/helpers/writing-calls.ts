import { BUNDLED_MANIFEST } from './bundled-manifest.ts';
import type { BundledTools } from '../../lib/generated/tools.ts';
import { waitFor } from './wait.ts';

type Name = keyof BundledTools;

/** Calls a bundled tool. */
export type CallTool = <N extends Name>(
  name: N,
  input: BundledTools[N]['input'],
) => Promise<BundledTools[N]['result']>;

/** Begins a subscription, and resolves when it has begun. */
export type Subscribe = (input: BundledTools['pubsub_subscribe']['input']) => Promise<void>;

/** Prepares the state for a writing call, and returns its parameters. */
type Row<N extends Name> = (call: CallTool, subscribe: Subscribe) => Promise<BundledTools[N]['input']>;

const MEMBERS = ['a', 'b', { c: [1] }];
const SCORES = [
  { member: 'a', score: 1 },
  { member: 'b', score: 2 },
];

/** A call that changes something, for each bundled tool that writes. They may run one after the other in one namespace. */
const ROWS: { readonly [N in Name]?: Row<N> } = {
  cache_set: async () => await Promise.resolve({ key: 'k', value: { a: 1 } }),
  cache_delete: async (call) => {
    await call('cache_set', { key: 'k', value: 1 });
    return { key: 'k' };
  },
  cache_touch: async (call) => {
    await call('cache_set', { key: 'k', value: 1 });
    return { key: 'k', ttl: null };
  },
  cache_increment: async (call) => {
    await call('cache_set', { key: 'k', value: 5 });
    return { key: 'k', by: 3 };
  },
  // One value, because a cluster would have an effect for each.
  cache_set_many: async () => await Promise.resolve({ entries: { k: [1] } }),
  cache_lease: async () => await Promise.resolve({ key: 'leased', lease_seconds: 600 }),
  cache_fulfill: async (call) => {
    const { token } = await call('cache_lease', { key: 'fulfilled' });
    return { key: 'fulfilled', token: String(token), value: 1, stale_for: 60 };
  },
  cache_release: async (call) => {
    const { token } = await call('cache_lease', { key: 'released' });
    return { key: 'released', token: String(token) };
  },
  list_push: async (call) => {
    await call('list_push', { key: 'k', values: ['first'] });
    return { key: 'k', values: MEMBERS };
  },
  list_pop: async (call) => {
    await call('list_push', { key: 'k', values: MEMBERS });
    return { key: 'k' };
  },
  list_delete: async (call) => {
    await call('list_push', { key: 'k', values: MEMBERS });
    return { key: 'k' };
  },
  hash_set: async () => await Promise.resolve({ key: 'k', mapping: { a: 1, b: 'text' } }),
  hash_delete: async (call) => {
    await call('hash_set', { key: 'k', mapping: { a: 1, b: 2, c: 3 } });
    return { key: 'k', fields: ['a', 'b'] };
  },
  hash_increment: async (call) => {
    await call('hash_set', { key: 'k', mapping: { n: 1 } });
    return { key: 'k', field: 'n', by: 4 };
  },
  set_add: async (call) => {
    await call('set_add', { key: 'k', members: ['a'] });
    return { key: 'k', members: MEMBERS };
  },
  set_remove: async (call) => {
    await call('set_add', { key: 'k', members: MEMBERS });
    return { key: 'k', members: ['a', 'b'] };
  },
  set_delete: async (call) => {
    await call('set_add', { key: 'k', members: MEMBERS });
    return { key: 'k' };
  },
  sorted_set_add: async (call) => {
    await call('sorted_set_add', { key: 'k', members: [{ member: 'a', score: 5 }] });
    return { key: 'k', members: SCORES };
  },
  sorted_set_increment: async (call) => {
    await call('sorted_set_add', { key: 'k', members: SCORES });
    return { key: 'k', member: 'a', by: 2 };
  },
  sorted_set_remove: async (call) => {
    await call('sorted_set_add', { key: 'k', members: SCORES });
    return { key: 'k', members: ['a'] };
  },
  sorted_set_delete: async (call) => {
    await call('sorted_set_add', { key: 'k', members: SCORES });
    return { key: 'k' };
  },
  session_create: async () => await Promise.resolve({ data: { a: 1 } }),
  session_update: async (call) => {
    const { session_id } = await call('session_create', { data: { a: 1 } });
    return { session_id, data: { b: 2 } };
  },
  session_patch: async (call) => {
    const { session_id } = await call('session_create', { data: { a: { b: 1, c: 2 } } });
    return { session_id, patch: { a: { b: null, d: 3 } } };
  },
  session_delete: async (call) => {
    const { session_id } = await call('session_create', { data: { a: 1 } });
    return { session_id };
  },
  session_extend: async (call) => {
    const { session_id } = await call('session_create', { data: { a: 1 } });
    return { session_id, ttl: null };
  },
  stream_append: async (call) => {
    await call('stream_append', { stream: 's', event: 1 });
    return { stream: 's', event: { a: 2 } };
  },
  stream_take: async (call) => {
    for (const event of [1, 2, 3]) await call('stream_append', { stream: 's', event });
    await call('stream_take', { stream: 's', group: 'g', min_idle: 0 });
    return { stream: 's', group: 'g', consumer: 'c', count: 2 };
  },
  stream_ack: async (call) => {
    for (const event of [1, 2, 3]) await call('stream_append', { stream: 's', event });
    const { events } = await call('stream_take', { stream: 's', group: 'g', count: 2 });
    return { stream: 's', group: 'g', ids: events.map(({ id }) => id) };
  },
  stream_trim: async (call) => {
    for (const event of [1, 2, 3]) await call('stream_append', { stream: 's', event });
    return { stream: 's', max_length: 1 };
  },
  stream_delete: async (call) => {
    await call('stream_append', { stream: 's', event: 1 });
    return { stream: 's' };
  },
  lock_acquire: async () => await Promise.resolve({ name: 'k', ttl: 3600 }),
  lock_extend: async (call) => {
    const { token } = await call('lock_acquire', { name: 'extended' });
    return { name: 'extended', token: String(token), ttl: 3600 };
  },
  lock_release: async (call) => {
    const { token } = await call('lock_acquire', { name: 'released' });
    return { name: 'released', token: String(token) };
  },
  pubsub_publish: async () => await Promise.resolve({ channel: 'c', message: 'hello' }),
  pubsub_unsubscribe: async (_, subscribe) => {
    await subscribe({ channel: 'c', subscription_id: 's', timeout: 60 });
    return { subscription_id: 's' };
  },
  queue_add: async () =>
    await Promise.resolve({ queue: 'q', payload: { a: 1 }, dedup_id: 'd', dedup_for: 86_400 }),
  queue_add_many: async () => await Promise.resolve({ queue: 'q', payloads: MEMBERS, delay: 86_400 }),
  queue_take: async (call) => {
    await call('queue_add_many', { queue: 'q', payloads: MEMBERS });
    return { queue: 'q', count: 2, visibility: 86_400 };
  },
  queue_ack: async (call) => ({ queue: 'q', receipts: await takeTwo(call) }),
  queue_nack: async (call) => ({ queue: 'q', receipts: await takeTwo(call), delay: 86_400, error: 'no' }),
  queue_extend: async (call) => {
    // The visibility of both jobs ends. The second one is ready again when the first one is taken again.
    const receipts = await takeTwo(call, 5, 0.001);
    await waitFor(async () => (await call('queue_stats', { queue: 'q' })).due === 2, { what: 'due jobs' });
    await call('queue_take', { queue: 'q', visibility: 86_400 });
    return { queue: 'q', receipts: receipts.slice(1), visibility: 86_400 };
  },
  queue_cancel: async (call) => {
    const { id } = await call('queue_add', { queue: 'q', payload: 1 });
    return { queue: 'q', id };
  },
  queue_requeue: async (call) => {
    await call('queue_nack', { queue: 'q', receipts: await takeTwo(call, 1) });
    return { queue: 'q' };
  },
  queue_purge: async (call) => {
    await call('queue_add_many', { queue: 'q', payloads: MEMBERS });
    return { queue: 'q', state: 'ready', limit: 2 };
  },
  rate_limit_check: async (call) => {
    await call('rate_limit_check', { identifier: 'i', limit: 10, window_seconds: 86_400 });
    return { identifier: 'i', limit: 10, window_seconds: 86_400 };
  },
  rate_limit_sliding_window: async (call) => {
    await call('rate_limit_sliding_window', { identifier: 'i', limit: 10, window_seconds: 86_400 });
    return { identifier: 'i', limit: 10, window_seconds: 86_400 };
  },
  rate_limit_token_bucket: async () =>
    await Promise.resolve({ identifier: 'i', capacity: 10, refill_per_second: 0.000001 }),
  rate_limit_combined: async (call) => {
    const limits = [
      { limit: 10, window_seconds: 86_400 },
      { limit: 20, window_seconds: 864_000 },
    ];
    await call('rate_limit_combined', { identifier: 'i', limits });
    return { identifier: 'i', limits };
  },
  rate_limit_reset: async (call) => {
    await call('rate_limit_check', { identifier: 'i', limit: 10, window_seconds: 86_400 });
    return { identifier: 'i' };
  },
};

/** Adds three jobs and takes two. Returns their receipts. */
async function takeTwo(call: CallTool, max_attempts = 5, visibility = 60): Promise<string[]> {
  await call('queue_add_many', { queue: 'q', payloads: MEMBERS, max_attempts });
  const { jobs } = await call('queue_take', { queue: 'q', count: 2, visibility });
  return jobs.map(({ receipt }) => receipt);
}

/** The names of the bundled tools that write. */
export const WRITING_TOOLS: readonly Name[] = BUNDLED_MANIFEST.tools
  .filter(({ annotations }) => annotations.readOnlyHint !== true)
  .map(({ name }) => name as Name);

/** Prepares the state for a call of a tool, and returns its parameters. Throws for a tool without a row in this file. */
export async function prepareCall(
  name: Name,
  call: CallTool,
  subscribe: Subscribe,
): Promise<BundledTools[Name]['input']> {
  const row = ROWS[name] as Row<Name> | undefined;
  if (!row)
    throw new Error(
      `tests/helpers/writing-calls.ts has no row for ${name}: add a call that changes something`,
    );
  return await row(call, subscribe);
}
