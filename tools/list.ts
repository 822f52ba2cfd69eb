import { listPush } from '../lib/generated/scripts.ts';
import type { ListPopResult } from '../lib/generated/tools.ts';
import { decode, encode } from '../lib/redis/codec.ts';
import type { Group } from '../lib/redis/operation.ts';
import type { Redis } from '../lib/redis/redis.ts';
import { ttlArgument } from '../lib/redis/ttl.ts';
import { waitFor, type Step } from '../lib/redis/waiting.ts';

/** The operations on ordered lists of JSON values. */
export const list = {
  push: async (redis, { key, values, left, ttl, max_length = '' }) => {
    const push = left ? 'LPUSH' : 'RPUSH';
    const options = [push, ttlArgument(ttl), String(max_length), channelOf(redis, key)];
    return {
      length: Number(
        await redis.run(listPush, [redis.key('list', key)], [...options, ...values.map(encode)]),
      ),
    };
  },

  pop: async (redis, { key, left, wait }, call) => {
    const name = redis.key('list', key);
    const step = async (): Promise<Step<ListPopResult>> => {
      const text = (await redis.write([left ? 'LPOP' : 'RPOP', name])) as string | null;
      if (text === null) return { result: { value: null, found: false }, done: false };
      return { result: { value: decode(text), found: true }, done: true, more: true };
    };
    return await waitFor(redis, call, { wait, near: name, channel: channelOf(redis, key), step });
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

/** Returns the channel on which `push` publishes how many values it has added. */
function channelOf(redis: Redis, key: string): string {
  return redis.key('wake', `list:${key}`);
}

if (process.argv[1] === import.meta.filename) void import('../lib/start/entry-of-group.ts');
