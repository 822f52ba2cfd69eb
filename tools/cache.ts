import type { Call } from '../lib/contract/call.ts';
import { GantzError } from '../lib/contract/errors.ts';
import type {
  CacheKeysParameters,
  CacheKeysResult,
  CacheLeaseParameters,
  CacheLeaseResult,
  CacheSetManyParameters,
  CacheSetParameters,
} from '../lib/generated/tools.ts';
import {
  cacheDelete,
  cacheFulfill,
  cacheIncrement,
  cacheLease,
  cacheRelease,
  cacheReplace,
  cacheSet,
  cacheSetMany,
  cacheTouch,
} from '../lib/generated/scripts.ts';
import { allOf } from '../lib/redis/all-of.ts';
import { decode, encode } from '../lib/redis/codec.ts';
import { globUnder } from '../lib/redis/pattern.ts';
import type { Redis } from '../lib/redis/redis.ts';
import type { Group } from '../lib/redis/operation.ts';
import { findOrigin } from '../lib/redis/scan-origin.ts';
import { scanPage } from '../lib/redis/scan.ts';
import { slotTag } from '../lib/redis/slot-tag.ts';
import { secondsLeft, ttlArgument } from '../lib/redis/ttl.ts';
import { waitFor, type Step } from '../lib/redis/waiting.ts';

/**
 * The operations on JSON values with a time to live, one value per key. A value is a string. Its lease and its stale copy are a hash
 * beside it, in the same cluster slot. Every operation that changes a value removes that hash in the same script: a value with a
 * short time to live could otherwise be gone again when the holder of the lease stores an older one.
 */
export const cache = {
  get: async (redis, { key }) => {
    const text = await redis.client.get(redis.key('cache', key));
    return { value: text === null ? null : decode(text), found: text !== null };
  },

  get_many: async (redis, { keys }) => {
    const names = [...new Set(keys)];
    // All commands are sent before the first reply; in a cluster, each one to the node of its key.
    const texts = await Promise.all(names.map((name) => redis.client.get(redis.key('cache', name))));
    const entries = names.map((name, index) => [name, texts[index] ?? null] as const);
    return {
      values: Object.fromEntries(
        entries.flatMap(([name, text]) => (text === null ? [] : [[name, decode(text)] as const])),
      ),
      missing: entries.flatMap(([name, text]) => (text === null ? [name] : [])),
    };
  },

  set: async (redis, params) => {
    const { key, ttl } = params;
    return { key, ttl, stored: await (params.expected === undefined ? set : replace)(redis, params) };
  },

  set_many: async (redis, params) => ({ stored: await setMany(redis, params) }),

  delete: async (redis, { key }) => ({
    deleted: (await redis.run(cacheDelete, keysOf(redis, key), [])) === 1,
  }),

  exists: async (redis, { key }) => ({
    exists: (await redis.client.exists(redis.key('cache', key))) > 0,
  }),

  ttl: async (redis, { key }) => {
    const left = await redis.client.pTTL(redis.key('cache', key)); // −2 for an absent key, −1 for a key without expiry
    return {
      exists: left !== -2,
      ttl: secondsLeft(left),
      ttl_ms: left < 0 ? null : left,
      persistent: left === -1,
    };
  },

  touch: async (redis, { key, ttl }) => ({
    exists: (await redis.run(cacheTouch, keysOf(redis, key), [ttlArgument(ttl)])) === 1,
  }),

  keys: async (redis, params, call) => await listKeys(redis, params, call),

  increment: async (redis, { key, by, ttl, floor = '', ceiling = '' }) => {
    const args = [String(by), ttlArgument(ttl), String(floor), String(ceiling)];
    const reply = await redis.run(cacheIncrement, keysOf(redis, key), args);
    const [applied, value] = reply as [applied: number, value: string];
    return { value: Number(value), applied: applied === 1 };
  },

  lease: async (redis, params, call) => await lease(redis, params, call),

  fulfill: async (redis, { key, token, value, ttl, stale_for }) => {
    const args = [token, encode(value), ttlArgument(ttl), String(stale_for)];
    return { stored: (await redis.run(cacheFulfill, keysOf(redis, key), args)) === 1 };
  },

  release: async (redis, { key, token }) => ({
    released: (await redis.run(cacheRelease, keysOf(redis, key), [token])) === 1,
  }),
} satisfies Group<'cache'>;

/** Returns the key of a value, and the key of its lease, which is in the same cluster slot. */
function keysOf(redis: Redis, key: string): [value: string, lease: string] {
  const value = redis.key('cache', key);
  return [value, redis.key('lease', `{${slotTag(value)}}${key}`)];
}

/** Returns false when `only_if` kept the value from being stored. */
async function set(redis: Redis, { key, value, ttl, only_if }: CacheSetParameters): Promise<boolean> {
  const condition = only_if ? [only_if === 'absent' ? 'NX' : 'XX'] : [];
  const args = [encode(value), ttlArgument(ttl), ...condition];
  return (await redis.run(cacheSet, keysOf(redis, key), args)) === 1;
}

/**
 * Returns how many values were stored: all of them. One server stores all or none. In a cluster, each value is stored on its own, and
 * all are sent before the first reply.
 */
async function setMany(redis: Redis, { entries, ttl }: CacheSetManyParameters): Promise<number> {
  const values = Object.entries(entries).map(([key, value]) => ({
    path: ['entries', key],
    keys: keysOf(redis, key),
    text: encode(value),
  }));
  const store = async (part: typeof values): Promise<unknown> =>
    await redis.run(
      cacheSetMany,
      [...part.map(({ keys }) => keys[0]), ...part.map(({ keys }) => keys[1])],
      [ttlArgument(ttl), ...part.map(({ text }) => text)],
    );
  if (!redis.isCluster) await store(values);
  else await allOf(values.map((value) => ({ path: value.path, reply: store([value]) })));
  return values.length;
}

/** Stores the value when the key holds `expected`. Returns false when it does not. */
async function replace(
  redis: Redis,
  { key, value, ttl, only_if, expected }: CacheSetParameters,
): Promise<boolean> {
  if (only_if) {
    throw new GantzError('INVALID_PARAMETERS', 'Give either only_if or expected', {
      hint: 'With expected, the key must exist. To write only a new key, give only_if: absent alone.',
    });
  }
  const args = [encode(expected), encode(value), ttlArgument(ttl)];
  return (await redis.run(cacheReplace, keysOf(redis, key), args)) === 1;
}

/** Waits while another caller computes the value, unless there is a stale copy that this one takes. */
async function lease(
  redis: Redis,
  { key, lease_seconds, wait, allow_stale }: CacheLeaseParameters,
  call: Call,
): Promise<CacheLeaseResult> {
  const keys = keysOf(redis, key);
  const args = [redis.newId(), String(Math.ceil(lease_seconds * 1000)), allow_stale ? '1' : '0'];
  const step = async (): Promise<Step<CacheLeaseResult>> => {
    const reply = await redis.run(cacheLease, keys, args);
    const [token, leftMs, state, text] = reply as [
      token: string | 0,
      leftMs: number,
      state: string,
      text: string,
    ];
    const found = state !== 'none';
    const result = {
      value: found ? decode(text) : null,
      found,
      stale: state === 'stale',
      token: token === 0 ? null : token,
      expires_in_ms: state === 'fresh' ? null : leftMs,
    };
    return { result, done: found || result.token !== null, dueInMs: leftMs, more: found };
  };
  // A call that waits stands behind earlier ones of its process, but a value that is there is returned at once.
  const first = await step();
  if (first.done || wait === 0) return first.result;
  redis.nothingChanged();
  return await waitFor(redis, call, {
    wait,
    near: keys[0],
    channel: redis.key('wake', `cache:${key}`),
    step,
  });
}

async function listKeys(
  redis: Redis,
  { pattern, limit, cursor }: CacheKeysParameters,
  { deadline, emit }: Call,
): Promise<CacheKeysResult> {
  const prefix = redis.key('cache', '');
  const MATCH = globUnder(prefix, pattern);
  const page = await scanPage<string>(
    async (client, from, COUNT) => {
      const { cursor: next, keys } = await client.scan(from, { MATCH, COUNT });
      return { cursor: next, items: keys };
    },
    {
      origin: () => findOrigin(redis),
      limit,
      cursor,
      deadline,
      progress: (found) => emit({ event: 'progress', progress: found }),
    },
  );
  const keys = page.items.map((key) => key.slice(prefix.length));
  return { keys, count: keys.length, cursor: page.cursor };
}

if (process.argv[1] === import.meta.filename) void import('../lib/start/entry-of-group.ts');
