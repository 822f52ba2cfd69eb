import type { Call } from '../lib/contract/call.ts';
import type { CacheKeysParameters, CacheKeysResult } from '../lib/generated/tools.ts';
import { cacheIncrement, cacheTouch } from '../lib/generated/scripts.ts';
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

  set: async (redis, { key, value, ttl, only_if }) => {
    const reply = await redis.client.set(redis.key('cache', key), encode(value), {
      ...(ttl !== null && { expiration: { type: 'EX', value: ttl } }),
      ...(only_if && { condition: only_if === 'absent' ? 'NX' : 'XX' }),
    });
    return { key, ttl, stored: reply !== null };
  },

  delete: async (redis, { key }) => ({
    deleted: (await redis.client.unlink(redis.key('cache', key))) > 0,
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
    const [value, applied] = reply as [value: string, applied: number];
    return { value: Number(value), applied: applied === 1 };
  },
} satisfies Group<'cache'>;

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
