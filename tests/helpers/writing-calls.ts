import { BUNDLED_MANIFEST } from '../../lib/generated/manifest.ts';
import type { BundledTools } from '../../lib/generated/tools.ts';

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
  session_delete: async (call) => {
    const { session_id } = await call('session_create', { data: { a: 1 } });
    return { session_id };
  },
  session_extend: async (call) => {
    const { session_id } = await call('session_create', { data: { a: 1 } });
    return { session_id, ttl: null };
  },
  lock_acquire: async () => await Promise.resolve({ name: 'k', ttl: 600 }),
  lock_extend: async (call) => {
    const { token } = await call('lock_acquire', { name: 'extended', ttl: 600 });
    return { name: 'extended', token: token ?? '', ttl: 900 };
  },
  lock_release: async (call) => {
    const { token } = await call('lock_acquire', { name: 'released', ttl: 600 });
    return { name: 'released', token: token ?? '' };
  },
  pubsub_publish: async () => await Promise.resolve({ channel: 'c', message: 'hello' }),
  pubsub_unsubscribe: async (_, subscribe) => {
    await subscribe({ channel: 'c', subscription_id: 's', timeout: 60 });
    return { subscription_id: 's' };
  },
  rate_limit_check: async (call) => {
    await call('rate_limit_check', { identifier: 'i', limit: 10, window_seconds: 86_400 });
    return { identifier: 'i', limit: 10, window_seconds: 86_400 };
  },
  rate_limit_sliding_window: async (call) => {
    await call('rate_limit_sliding_window', { identifier: 'i', limit: 10, window_seconds: 86_400 });
    return { identifier: 'i', limit: 10, window_seconds: 86_400 };
  },
};

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
