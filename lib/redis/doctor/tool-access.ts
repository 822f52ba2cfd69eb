import * as scripts from '../../generated/scripts.ts';
import type { BundledTools } from '../../generated/tools.ts';
import type { Client } from '../commands.ts';
import { isReply } from '../errors.ts';
import { keyOf, type Space } from '../keys.ts';
import type { Script } from '../scripts.ts';

/** The tools that a user may run: the name of each one → the commands that it lacks. Undefined when this cannot be found out. */
export type ToolAccess = ReadonlyMap<string, readonly string[]> | undefined;

/** The parts of tools that need further commands. */
const EXPECTED = 'cache_set with expected';
const OWNER = 'session_create with owner';
const PATTERN = 'pubsub_subscribe with a pattern';
const EVENTS = 'events for calls that wait';
const KEYED = 'calls with an idempotency key';

/** A value and its lease. */
const CACHE = ['cache', 'lease'] as const;

/** The key space or spaces of each tool, and the commands and scripts that it sends. */
const NEEDS = {
  cache_get: ['cache', 'GET'],
  cache_get_many: ['cache', 'GET'],
  cache_set: [CACHE, scripts.cacheSet],
  cache_set_many: [CACHE, scripts.cacheSetMany],
  cache_delete: [CACHE, scripts.cacheDelete],
  cache_exists: ['cache', 'EXISTS'],
  cache_ttl: ['cache', 'PTTL'],
  cache_touch: [CACHE, scripts.cacheTouch],
  cache_keys: ['cache', 'SCAN'],
  cache_increment: [CACHE, scripts.cacheIncrement],
  cache_lease: [CACHE, scripts.cacheLease],
  cache_fulfill: [CACHE, scripts.cacheFulfill],
  cache_release: [CACHE, scripts.cacheRelease],
  [EXPECTED]: [CACHE, scripts.cacheReplace],
  list_push: ['list', scripts.listPush, 'LPUSH', 'RPUSH'],
  list_pop: ['list', 'LPOP', 'RPOP'],
  list_range: ['list', 'LRANGE'],
  list_length: ['list', 'LLEN'],
  list_delete: ['list', 'UNLINK'],
  hash_set: ['hash', scripts.hashSet],
  hash_get: ['hash', 'HGET', 'HGETALL'],
  hash_delete: ['hash', 'HDEL', scripts.hashDelete],
  hash_increment: ['hash', scripts.hashIncrement],
  set_add: ['set', scripts.setAdd],
  set_remove: ['set', 'SREM'],
  set_members: ['set', 'SSCAN'],
  set_is_member: ['set', 'SISMEMBER'],
  set_delete: ['set', 'UNLINK'],
  sorted_set_add: ['sorted_set', scripts.sortedSetAdd],
  sorted_set_range: ['sorted_set', scripts.sortedSetRange, 'ZRANGE'],
  sorted_set_rank: ['sorted_set', scripts.sortedSetRank],
  sorted_set_increment: ['sorted_set', scripts.sortedSetIncrement],
  sorted_set_remove: ['sorted_set', 'ZREM'],
  sorted_set_delete: ['sorted_set', 'UNLINK'],
  session_create: ['session', scripts.sessionCreate],
  session_get: ['session', scripts.sessionGet],
  [OWNER]: ['session_owner', scripts.sessionIndex, scripts.sessionCreate],
  session_list: ['session_owner', 'HSCAN', 'HMGET', 'PTTL', scripts.sessionForget],
  session_update: ['session', scripts.sessionUpdate],
  session_patch: ['session', 'HMGET', scripts.sessionUpdate],
  session_delete: ['session', scripts.sessionDelete, 'HDEL'],
  session_extend: ['session', 'HGET', scripts.sessionExtend],
  lock_acquire: ['lock', scripts.lockAcquire],
  lock_extend: ['lock', scripts.lockExtend],
  lock_release: ['lock', scripts.lockRelease],
  lock_status: ['lock', scripts.lockStatus],
  stream_append: ['stream', scripts.streamAppend],
  stream_read: ['stream', scripts.streamRead, 'XRANGE'],
  stream_take: ['stream', scripts.streamTake],
  stream_ack: ['stream', 'XACK'],
  stream_info: ['stream', scripts.streamInfo],
  stream_trim: ['stream', scripts.streamTrim],
  stream_delete: ['stream', 'UNLINK'],
  pubsub_publish: ['channel', 'PUBLISH'],
  pubsub_subscribe: ['channel', 'SUBSCRIBE', 'PING'],
  [PATTERN]: ['channel', 'PSUBSCRIBE', 'PING'],
  pubsub_unsubscribe: ['subscription', 'PUBLISH'],
  queue_add: ['queue', scripts.queueAdd],
  queue_add_many: ['queue', scripts.queueAdd],
  queue_take: ['queue', scripts.queueTake],
  queue_ack: ['queue', scripts.queueAck],
  queue_nack: ['queue', scripts.queueNack],
  queue_extend: ['queue', scripts.queueExtend],
  queue_get: ['queue', scripts.queueGet],
  queue_cancel: ['queue', scripts.queueCancel],
  queue_stats: ['queue', scripts.queueStats],
  queue_peek: ['queue', scripts.queuePeek],
  queue_requeue: ['queue', scripts.queueRequeue],
  queue_purge: ['queue', scripts.queuePurge],
  [EVENTS]: ['wake', 'PUBLISH', 'SUBSCRIBE', 'UNSUBSCRIBE', 'PING'],
  rate_limit_check: ['rate', scripts.rateFixed],
  rate_limit_sliding_window: ['rate', scripts.rateSliding],
  rate_limit_token_bucket: ['rate', scripts.rateBucket],
  rate_limit_combined: ['rate', scripts.rateSliding],
  rate_limit_reset: ['rate', scripts.rateReset],
  state_list: [
    'cache',
    scripts.stateLock,
    ...['SCAN', 'PTTL', 'STRLEN', 'LLEN', 'HLEN', 'SCARD', 'ZCARD', 'XLEN', 'HKEYS'],
  ],
  [KEYED]: ['idempotency', scripts.idempotent, scripts.idempotencyBegin, scripts.idempotencyFinish],
} as const satisfies Record<
  keyof BundledTools | typeof EXPECTED | typeof OWNER | typeof PATTERN | typeof EVENTS | typeof KEYED,
  readonly [Space | readonly Space[], ...(string | Script)[]]
>;

/** The arguments of a command after its key, so that its form is right; none when absent. */
const MORE: Readonly<Record<string, readonly string[]>> = {
  SET: ['v'],
  INCRBY: ['1'],
  EXPIRE: ['1'],
  EXPIREAT: ['1'],
  PEXPIREAT: ['1'],
  HEXISTS: ['f'],
  HGET: ['f'],
  HMGET: ['f'],
  HDEL: ['f'],
  HRANDFIELD: ['1', 'WITHVALUES'],
  HSCAN: ['0'],
  HSET: ['f', 'v'],
  HINCRBY: ['f', '1'],
  SADD: ['v'],
  SREM: ['v'],
  SISMEMBER: ['v'],
  SSCAN: ['0'],
  LPUSH: ['v'],
  RPUSH: ['v'],
  LRANGE: ['0', '1'],
  LTRIM: ['0', '1'],
  ZADD: ['1', 'v'],
  ZCOUNT: ['0', '1'],
  ZINCRBY: ['1', 'v'],
  ZRANGE: ['0', '1'],
  ZRANGEBYSCORE: ['0', '1'],
  ZRANK: ['v'],
  ZREM: ['v'],
  ZREMRANGEBYSCORE: ['0', '1'],
  ZREVRANK: ['v'],
  ZSCORE: ['v'],
  PUBLISH: ['v'],
  XACK: ['g', '1-1'],
  XADD: ['1-1', 'f', 'v'],
  XCLAIM: ['g', 'c', '0', '1-1'],
  XPENDING: ['g'],
  XRANGE: ['-', '+'],
  XREVRANGE: ['+', '-'],
  XGROUP: ['g', 'c'],
  XREADGROUP: ['>'],
  XTRIM: ['MAXLEN', '1'],
};

/** The words of a command before its key, where there are some. */
const BEFORE_KEY: Readonly<Record<string, readonly string[]>> = {
  XGROUP: ['DELCONSUMER'],
  XINFO: ['STREAM'],
  XREADGROUP: ['GROUP', 'g', 'c', 'STREAMS'],
};

/** The commands that take no key. */
const WITHOUT_KEY: Readonly<Record<string, readonly string[]>> = {
  PING: [],
  SCAN: ['0'],
  TIME: [],
};

const NAME = 'gantz-doctor';

/** Returns the words of a command on a key or channel that no tool uses. */
function wordsOf(command: string, key: string): string[] {
  if (command === 'EVALSHA') return ['EVALSHA', '0'.repeat(40), '1', key];
  if (command === 'PSUBSCRIBE') return [command, `${key}*`];
  const withKey = [...(BEFORE_KEY[command] ?? []), key, ...(MORE[command] ?? [])];
  return [command, ...(WITHOUT_KEY[command] ?? withKey)];
}

/** Returns the commands that a tool sends, those of its scripts included. */
export function commandsOf(tool: keyof typeof NEEDS): string[] {
  const [, ...needs] = NEEDS[tool];
  return needs.flatMap((need) =>
    typeof need === 'string'
      ? [need]
      : [
          'EVALSHA',
          // Scripts publish events for calls that wait. They work without that permission.
          ...[...need.source.matchAll(/redis\.p?call\('(?!PUBLISH)([A-Z]+)'/g)].flatMap(
            ([, name]) => name ?? [],
          ),
        ],
  );
}

/** The names of the tools. */
export const TOOLS = Object.keys(NEEDS) as (keyof typeof NEEDS)[];

/**
 * Finds out which tools the user of a connection may run on a server, and changes nothing. Nothing else may use the
 * connection meanwhile.
 */
export async function readToolAccess(client: Client, namespace: string): Promise<ToolAccess> {
  const needed = TOOLS.map((tool) => {
    const [spaces] = NEEDS[tool];
    const keys = [spaces].flat().map((space) => keyOf(namespace, space, NAME));
    const commands = [...new Set(commandsOf(tool))];
    return { tool, commands: keys.flatMap((key) => commands.map((command) => wordsOf(command, key))) };
  });
  const all = new Map(needed.flatMap(({ commands }) => commands.map((words) => [words.join(' '), words])));
  const denied = (await byDryRun(client, all)) ?? (await byTransaction(client, all));
  return (
    denied &&
    new Map(
      needed.map(({ tool, commands }) => [
        tool,
        [
          ...new Set(
            commands.filter((words) => denied.has(words.join(' '))).map(([command = '']) => command),
          ),
        ],
      ]),
    )
  );
}

type CommandMap = ReadonlyMap<string, readonly string[]>;

/** Asks the server with ACL DRYRUN, since Redis 7.0. Returns undefined when the user may not run it. */
async function byDryRun(client: Client, commands: CommandMap): Promise<Set<string> | undefined> {
  try {
    const user = await client.sendCommand<string>(['ACL', 'WHOAMI']);
    const dryRun = async (words: readonly string[]): Promise<string> => {
      try {
        return await client.sendCommand<string>(['ACL', 'DRYRUN', user, ...words]);
      } catch (error) {
        if (isReply(error) && /^ERR Command .* not found/.test(error.message)) return error.message;
        throw error;
      }
    };
    const replies = await Promise.all([...commands.values()].map(dryRun));
    return new Set([...commands.keys()].filter((_, index) => replies[index] !== 'OK'));
  } catch (error) {
    if (isReply(error)) return undefined;
    throw error;
  }
}

/**
 * Queues the commands in a transaction, and discards it: the server checks the permissions when it queues a command. Returns
 * undefined when the user may not begin a transaction.
 */
async function byTransaction(client: Client, commands: CommandMap): Promise<Set<string> | undefined> {
  try {
    // Without a transaction, the server would execute the commands, so its reply must come first.
    await client.sendCommand(['MULTI']);
  } catch (error) {
    if (isReply(error)) return undefined;
    throw error;
  }
  const queue = async (words: readonly string[]): Promise<boolean> => {
    try {
      await client.sendCommand(words);
      return true;
    } catch (error) {
      // Any other error reply, such as MOVED, comes after the check of the permissions.
      if (isReply(error)) return !/^(?:NOPERM|ERR unknown command)/.test(error.message);
      throw error;
    }
  };
  const allowed = await Promise.all([...commands.values()].map(queue));
  await client.sendCommand(['DISCARD']);
  return new Set([...commands.keys()].filter((_, index) => !allowed[index]));
}
