import type { Call } from '../lib/contract/call.ts';
import { stateLock } from '../lib/generated/scripts.ts';
import type { StateListParameters, StateListResult } from '../lib/generated/tools.ts';
import { nameOfTag, structureTag, type Space } from '../lib/redis/keys.ts';
import { globUnder } from '../lib/redis/pattern.ts';
import type { Redis } from '../lib/redis/redis.ts';
import type { Group } from '../lib/redis/operation.ts';
import { findOrigin } from '../lib/redis/scan-origin.ts';
import { scanPage } from '../lib/redis/scan.ts';

/** The operation that looks across groups. */
export const state = {
  list: async (redis, params, call) => await list(redis, params, call),
} satisfies Group<'state'>;

/** Milliseconds that a structure lives, null for ever, and its size. */
type Facts = { ttl_ms: number | null; size: number };

/** A kind of structure: how its keys are found, and how one of them is measured. */
type Kind = {
  space: Space;
  /** The type of the key in Redis; keys of another type are left out. */
  type: 'string' | 'list' | 'hash' | 'set' | 'zset' | 'stream';
  /** For a structure of several keys: the letter of their tag, and what follows it in the key that always exists. */
  tagged?: { letter: string; part?: string };
  /** Resolves to undefined when the structure no longer exists. The commands of all keys of a page are sent at once. */
  measure: (redis: Redis, key: string) => Promise<Facts | undefined>;
};

const KINDS: Readonly<Record<StateListParameters['kind'], Kind>> = {
  cache: { space: 'cache', type: 'string', measure: sizeBy('STRLEN') },
  list: { space: 'list', type: 'list', measure: sizeBy('LLEN') },
  hash: { space: 'hash', type: 'hash', measure: sizeBy('HLEN') },
  set: { space: 'set', type: 'set', measure: sizeBy('SCARD') },
  sorted_set: { space: 'sorted_set', type: 'zset', measure: sizeBy('ZCARD') },
  session: { space: 'session', type: 'hash', measure: sizeBy('HKEYS', countData) },
  lock: { space: 'lock', type: 'hash', measure: measureLock },
  queue: {
    space: 'queue',
    type: 'hash',
    tagged: { letter: 'q', part: ':jobs' },
    // Two fields for each job, and one that numbers them.
    measure: sizeBy('HLEN', (fields) => Math.max(0, Math.floor((Number(fields) - 1) / 2))),
  },
  stream: { space: 'stream', type: 'stream', measure: sizeBy('XLEN') },
  rate_limit: { space: 'rate', type: 'zset', tagged: { letter: 'r' }, measure: sizeBy('ZCARD') },
};

async function list(
  redis: Redis,
  { kind: name, pattern, limit, cursor }: StateListParameters,
  { deadline, emit }: Call,
): Promise<StateListResult> {
  const kind = KINDS[name];
  const { space, type, tagged } = kind;
  const prefix = redis.key(space, '');
  const MATCH = globUnder(
    prefix,
    tagged ? `${structureTag(tagged.letter, pattern)}${tagged.part ?? ''}` : pattern,
  );
  const page = await scanPage<string>(
    async (client, from, COUNT) => {
      const { cursor: next, keys } = await client.scan(from, { MATCH, COUNT, TYPE: type });
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
  const found = await Promise.all(
    page.items.map(async (key) => await describe(redis, kind, key, key.slice(prefix.length))),
  );
  const entries = found.filter((entry) => entry !== undefined);
  return { entries, count: entries.length, cursor: page.cursor };
}

/** Resolves to undefined for a key that is not a structure of the kind, and for one that no longer exists. */
async function describe(
  redis: Redis,
  { tagged, measure }: Kind,
  key: string,
  rest: string,
): Promise<StateListResult['entries'][number] | undefined> {
  const name = tagged ? nameIn(rest, tagged) : rest;
  const facts = name === undefined ? undefined : await measure(redis, key);
  return name === undefined || !facts ? undefined : { name, ...facts };
}

/** Returns the name in `{<letter>:<name>}<part>`. */
function nameIn(rest: string, { letter, part = '' }: NonNullable<Kind['tagged']>): string | undefined {
  const [, found, tag = '', after] = /^\{(.):([^}]*)\}(.*)$/s.exec(rest) ?? [];
  return found === letter && after === part ? nameOfTag(tag) : undefined;
}

/** Returns the function that measures a key by one command, from whose reply `convert` makes the size. */
function sizeBy(
  command: string,
  convert: (reply: unknown) => number = Number,
): (redis: Redis, key: string) => Promise<Facts | undefined> {
  return async ({ client }, key) => {
    const [reply, left] = await Promise.all([
      client.sendCommand<unknown>([command, key]),
      client.pTTL(key), // −2 for an absent key, −1 for a key without expiry
    ]);
    return left === -2 ? undefined : { ttl_ms: left < 0 ? null : left, size: convert(reply) };
  };
}

/** Counts the fields of a session that are top-level keys of its data. */
function countData(fields: unknown): number {
  return (fields as string[]).filter((field) => /^(?:data|json):/.test(field)).length;
}

/** A lock that is not held is left out: its key remembers the fence. */
async function measureLock(redis: Redis, key: string): Promise<Facts | undefined> {
  const left = Number(await redis.run(stateLock, [key], []));
  return left === 0 ? undefined : { ttl_ms: left, size: 1 };
}

if (process.argv[1] === import.meta.filename) void import('../lib/start/entry-of-group.ts');
