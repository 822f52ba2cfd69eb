import type { Call } from '../lib/contract/call.ts';
import { GantzError } from '../lib/contract/errors.ts';
import type { CacheKeysParameters, CacheKeysResult, CacheSetParameters } from '../lib/generated/tools.ts';
import { cacheIncrement, cacheReplace, cacheTouch } from '../lib/generated/scripts.ts';
import { decode, encode } from '../lib/redis/codec.ts';
import { globUnder } from '../lib/redis/pattern.ts';
import type { Redis } from '../lib/redis/redis.ts';
import type { Group } from '../lib/redis/operation.ts';
import { findOrigin } from '../lib/redis/scan-origin.ts';
import { scanPage } from '../lib/redis/scan.ts';
import { secondsLeft, ttlArgument } from '../lib/redis/ttl.ts';

/** The operations on JSON values with a time to live, one value per key. */
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

  delete: async (redis, { key }) => ({
    deleted: (await redis.write(['UNLINK', redis.key('cache', key)])) === 1,
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
    exists: (await redis.run(cacheTouch, [redis.key('cache', key)], [ttlArgument(ttl)])) === 1,
  }),

  keys: async (redis, params, call) => await listKeys(redis, params, call),

  increment: async (redis, { key, by, ttl, floor = '', ceiling = '' }) => {
    const args = [String(by), ttlArgument(ttl), String(floor), String(ceiling)];
    const reply = await redis.run(cacheIncrement, [redis.key('cache', key)], args);
    const [applied, value] = reply as [applied: number, value: string];
    return { value: Number(value), applied: applied === 1 };
  },
} satisfies Group<'cache'>;

/** Returns false when `only_if` kept the value from being stored. */
async function set(redis: Redis, { key, value, ttl, only_if }: CacheSetParameters): Promise<boolean> {
  const expiry = ttl === null ? [] : ['EX', String(ttl)];
  const condition = only_if ? [only_if === 'absent' ? 'NX' : 'XX'] : [];
  return (
    (await redis.write(['SET', redis.key('cache', key), encode(value), ...expiry, ...condition])) !== null
  );
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
  return (await redis.run(cacheReplace, [redis.key('cache', key)], args)) === 1;
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
