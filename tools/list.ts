import { listPush } from '../lib/generated/scripts.ts';
import { decode, encode } from '../lib/redis/codec.ts';
import type { Group } from '../lib/redis/operation.ts';
import { ttlArgument } from '../lib/redis/ttl.ts';

/** The operations on ordered lists of JSON values. */
export const list = {
  push: async (redis, { key, values, left, ttl, max_length = '' }) => {
    const args = [left ? 'LPUSH' : 'RPUSH', ttlArgument(ttl), String(max_length), ...values.map(encode)];
    return { length: Number(await redis.run(listPush, [redis.key('list', key)], args)) };
  },

  pop: async (redis, { key, left }) => {
    const reply = await redis.write([left ? 'LPOP' : 'RPOP', redis.key('list', key)]);
    const text = reply as string | null;
    return { value: text === null ? null : decode(text), found: text !== null };
  },

  range: async (redis, { key, start, end }) => {
    const texts = await redis.client.lRange(redis.key('list', key), start, end);
    return { values: texts.map(decode), count: texts.length };
  },

  length: async (redis, { key }) => ({ length: await redis.client.lLen(redis.key('list', key)) }),

  delete: async (redis, { key }) => ({
    deleted: (await redis.write(['UNLINK', redis.key('list', key)])) === 1,
  }),
} satisfies Group<'list'>;

if (process.argv[1] === import.meta.filename) void import('../lib/start/entry-of-group.ts');
