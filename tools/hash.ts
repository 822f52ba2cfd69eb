import { hashDelete, hashIncrement, hashSet } from '../lib/generated/scripts.ts';
import { decode, encode } from '../lib/redis/codec.ts';
import { checkName } from '../lib/redis/keys.ts';
import type { Group } from '../lib/redis/operation.ts';
import { ttlArgument } from '../lib/redis/ttl.ts';

/** The operations on hashes: fields with JSON values under one key. */
export const hash = {
  set: async (redis, { key, mapping, ttl }) => {
    const pairs = Object.entries(mapping).flatMap(([name, value]) => [fieldName(name), encode(value)]);
    return {
      fields: Number(await redis.run(hashSet, [redis.key('hash', key)], [ttlArgument(ttl), ...pairs])),
    };
  },

  get: async (redis, { key, field }) => {
    const name = redis.key('hash', key);
    if (field !== undefined) {
      const text = await redis.client.hGet(name, fieldName(field));
      return { value: text === null ? null : decode(text), found: text !== null };
    }
    // hGetAll would lose a field named __proto__, and so would assignments in fromFlat.
    const reply = await redis.client.sendCommand<string[]>(['HGETALL', name]);
    return { data: fromFlat(reply), found: reply.length > 0 };
  },

  delete: async (redis, { key, fields }) => {
    const name = redis.key('hash', key);
    const deleted = fields
      ? await redis.write(['HDEL', name, ...fields.map(fieldName)])
      : await redis.run(hashDelete, [name], []);
    return { deleted: Number(deleted) };
  },

  increment: async (redis, { key, field, by }) => {
    const args = [fieldName(field), String(by)];
    return { value: Number(await redis.run(hashIncrement, [redis.key('hash', key)], args)) };
  },
} satisfies Group<'hash'>;

/** Converts the reply `[field, text, field, text, …]` to an object. */
function fromFlat(reply: readonly string[]): Record<string, unknown> {
  const entries: [string, unknown][] = [];
  for (let at = 0; at < reply.length; at += 2) entries.push([reply[at] ?? '', decode(reply[at + 1] ?? '')]);
  return Object.fromEntries(entries);
}

function fieldName(name: string): string {
  return checkName(name, 'a field');
}

if (process.argv[1] === import.meta.filename) void import('../lib/start/entry-of-group.ts');
