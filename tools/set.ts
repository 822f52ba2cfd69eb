import type { Call } from '../lib/contract/call.ts';
import { setAdd } from '../lib/generated/scripts.ts';
import type { SetMembersParameters, SetMembersResult } from '../lib/generated/tools.ts';
import { decode, encode } from '../lib/redis/codec.ts';
import type { Redis } from '../lib/redis/redis.ts';
import type { Group } from '../lib/redis/operation.ts';
import { findOrigin } from '../lib/redis/scan-origin.ts';
import { scanPage } from '../lib/redis/scan.ts';
import { ttlArgument } from '../lib/redis/ttl.ts';

/** The operations on sets of distinct JSON values. */
export const set = {
  add: async (redis, { key, members, ttl }) => {
    const args = [ttlArgument(ttl), ...members.map(encode)];
    return { added: Number(await redis.run(setAdd, [redis.key('set', key)], args)) };
  },

  remove: async (redis, { key, members }) => ({
    removed: Number(await redis.write(['SREM', redis.key('set', key), ...members.map(encode)])),
  }),

  members: async (redis, params, call) => await listMembers(redis, params, call),

  is_member: async (redis, { key, member }) => ({
    is_member: (await redis.client.sIsMember(redis.key('set', key), encode(member))) === 1,
  }),

  delete: async (redis, { key }) => ({
    deleted: (await redis.write(['UNLINK', redis.key('set', key)])) === 1,
  }),
} satisfies Group<'set'>;

async function listMembers(
  redis: Redis,
  { key, limit, cursor }: SetMembersParameters,
  { deadline, emit }: Call,
): Promise<SetMembersResult> {
  const name = redis.key('set', key);
  const page = await scanPage<string>(
    async (client, from, COUNT) => {
      const { cursor: next, members } = await client.sScan(name, from, { COUNT });
      return { cursor: next, items: members };
    },
    {
      origin: () => findOrigin(redis, name),
      limit,
      cursor,
      deadline,
      progress: (found) => emit({ event: 'progress', progress: found }),
    },
  );
  return { members: page.items.map(decode), count: page.items.length, cursor: page.cursor };
}

if (process.argv[1] === import.meta.filename) void import('../lib/start/entry-of-group.ts');
