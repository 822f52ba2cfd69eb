import { GantzError } from '../lib/contract/errors.ts';
import { sortedSetAdd, sortedSetIncrement, sortedSetRange, sortedSetRank } from '../lib/generated/scripts.ts';
import type { SortedSetRangeParameters, SortedSetRangeResult } from '../lib/generated/tools.ts';
import { decode, encode } from '../lib/redis/codec.ts';
import type { Redis } from '../lib/redis/redis.ts';
import type { Group } from '../lib/redis/operation.ts';
import { ttlArgument } from '../lib/redis/ttl.ts';

/** The options of ZADD for `only_if`. */
const CONDITIONS = { absent: 'NX', present: 'XX', greater: 'GT', less: 'LT' } as const;

/** The operations on sorted sets: distinct JSON values, ordered by their scores. */
export const sortedSet = {
  add: async (redis, { key, members, only_if, ttl }) => {
    const pairs = members.flatMap(({ member, score }) => [scoreText(score), encode(member)]);
    const args = [ttlArgument(ttl), only_if ? CONDITIONS[only_if] : '', ...pairs];
    const reply = await redis.run(sortedSetAdd, [redis.key('sorted_set', key)], args);
    const [written = 0, added = 0] = reply as number[];
    return { added, changed: written - added };
  },

  range: async (redis, params) => {
    const reply = await (params.by === 'score' ? rangeByScore(redis, params) : rangeByRank(redis, params));
    const members = fromFlat(reply);
    return { members, count: members.length };
  },

  rank: async (redis, { key, member, reverse }) => {
    const args = [encode(member), order(reverse)];
    const reply = (await redis.run(sortedSetRank, [redis.key('sorted_set', key)], args)) as
      [rank: number, score: string] | null;
    if (!reply) return { rank: null, score: null, found: false };
    const [rank, score] = reply;
    return { rank, score: parseScore(score), found: true };
  },

  increment: async (redis, { key, member, by }) => {
    const args = [encode(member), scoreText(by)];
    const reply = await redis.run(sortedSetIncrement, [redis.key('sorted_set', key)], args);
    return { score: parseScore(String(reply)) };
  },

  remove: async (redis, { key, members }) => ({
    removed: Number(await redis.write(['ZREM', redis.key('sorted_set', key), ...members.map(encode)])),
  }),

  delete: async (redis, { key }) => ({
    deleted: (await redis.write(['UNLINK', redis.key('sorted_set', key)])) === 1,
  }),
} satisfies Group<'sorted_set'>;

/** Returns the reply `[member, score, member, score, …]`. */
async function rangeByScore(
  redis: Redis,
  { key, from, to, reverse, limit, offset }: SortedSetRangeParameters,
): Promise<string[]> {
  const bounds = [boundText(from, '-inf'), boundText(to, '+inf')];
  return await redis.client.sendCommand<string[]>([
    'ZRANGE',
    redis.key('sorted_set', key),
    ...(reverse ? bounds.reverse() : bounds),
    'BYSCORE',
    ...(reverse ? ['REV'] : []),
    'LIMIT',
    String(offset),
    String(limit),
    'WITHSCORES',
  ]);
}

/** Returns the reply `[member, score, member, score, …]`. */
async function rangeByRank(
  redis: Redis,
  { key, from, to, reverse, limit, offset }: SortedSetRangeParameters,
): Promise<string[]> {
  const args = [
    rankText(from ?? 0, 'from'),
    rankText(to ?? -1, 'to'),
    order(reverse),
    String(offset),
    String(limit),
  ];
  return (await redis.run(sortedSetRange, [redis.key('sorted_set', key)], args)) as string[];
}

function fromFlat(reply: readonly string[]): SortedSetRangeResult['members'] {
  const members = [];
  for (let at = 0; at < reply.length; at += 2)
    members.push({ member: decode(reply[at] ?? ''), score: parseScore(reply[at + 1] ?? '') });
  return members;
}

function order(reverse: boolean): string {
  return reverse ? 'reverse' : '';
}

function boundText(bound: number | null | undefined, open: string): string {
  return bound === null || bound === undefined ? open : scoreText(bound);
}

function rankText(rank: number, name: string): string {
  if (Number.isSafeInteger(rank)) return String(rank);
  throw new GantzError(
    'INVALID_PARAMETERS',
    `"${name}" is not an integer within ±(2^53 - 1), so it is no rank`,
    {
      hint: 'Ranks are positions. For scores, pass by=score.',
    },
  );
}

/** Returns the shortest text of a finite number, without digits lost. −0 becomes 0. Throws INVALID_PARAMETERS for others. */
function scoreText(score: number): string {
  if (Number.isFinite(score)) return String(score + 0);
  throw new GantzError('INVALID_PARAMETERS', `A score must be a finite number, not ${score}`);
}

/** Parses a score in a reply. −0 becomes 0. Throws WRONG_TYPE for an infinite score, which JSON cannot represent. */
function parseScore(text: string): number {
  const score = Number(text) + 0;
  if (Number.isFinite(score)) return score;
  throw new GantzError('WRONG_TYPE', 'The sorted set has a member with an infinite score');
}

if (process.argv[1] === import.meta.filename) void import('../lib/start/entry-of-group.ts');
