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
const PATTERN = 'pubsub_subscribe with a pattern';
const EVENTS = 'events for calls that wait';
const KEYED = 'calls with an idempotency key';

/** The key space of each tool, and the commands and scripts that it sends. */
const NEEDS = {
  cache_get: ['cache', 'GET'],
  cache_get_many: ['cache', 'GET'],
  cache_set: ['cache', 'SET'],
  cache_delete: ['cache', 'UNLINK'],
  cache_exists: ['cache', 'EXISTS'],
  cache_ttl: ['cache', 'PTTL'],
  cache_touch: ['cache', scripts.cacheTouch],
  cache_keys: ['cache', 'SCAN'],
  cache_increment: ['cache', scripts.cacheIncrement],
  [EXPECTED]: ['cache', scripts.cacheReplace],
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
  session_update: ['session', scripts.sessionUpdate],
  session_delete: ['session', 'UNLINK'],
  session_extend: ['session', scripts.sessionExtend],
  lock_acquire: ['lock', scripts.lockAcquire],
  lock_extend: ['lock', scripts.lockExtend],
  lock_release: ['lock', scripts.lockRelease],
  lock_status: ['lock', scripts.lockStatus],
  pubsub_publish: ['channel', 'PUBLISH'],
  pubsub_subscribe: ['channel', 'SUBSCRIBE', 'PING'],
  [PATTERN]: ['channel', 'PSUBSCRIBE', 'PING'],
  pubsub_unsubscribe: ['subscription', 'PUBLISH'],
  [EVENTS]: ['wake', 'PUBLISH', 'SUBSCRIBE', 'UNSUBSCRIBE', 'PING'],
  rate_limit_check: ['rate', scripts.rateFixed],
  rate_limit_sliding_window: ['rate', scripts.rateSliding],
  [KEYED]: ['idempotency', scripts.idempotent, scripts.idempotencyBegin, scripts.idempotencyFinish],
} as const satisfies Record<
  keyof BundledTools | typeof EXPECTED | typeof PATTERN | typeof EVENTS | typeof KEYED,
  readonly [Space, ...(string | Script)[]]
>;

/** The arguments of a command after its key, so that its form is right; none when absent. */
const MORE: Readonly<Record<string, readonly string[]>> = {
  SET: ['v'],
  INCRBY: ['1'],
  EXPIRE: ['1'],
  EXPIREAT: ['1'],
  PEXPIREAT: ['1'],
  HGET: ['f'],
  HMGET: ['f'],
  HDEL: ['f'],
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
  return [command, ...(WITHOUT_KEY[command] ?? [key, ...(MORE[command] ?? [])])];
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
    const [space] = NEEDS[tool];
    const key = keyOf(namespace, space, NAME);
    return { tool, commands: [...new Set(commandsOf(tool))].map((command) => wordsOf(command, key)) };
  });
  const all = new Map(needed.flatMap(({ commands }) => commands.map((words) => [words.join(' '), words])));
  const denied = (await byDryRun(client, all)) ?? (await byTransaction(client, all));
  return (
    denied &&
    new Map(
      needed.map(({ tool, commands }) => [
        tool,
        commands.filter((words) => denied.has(words.join(' '))).map(([command = '']) => command),
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
