import type { Call } from '../lib/contract/call.ts';
import { GantzError } from '../lib/contract/errors.ts';
import {
  sessionCreate,
  sessionDelete,
  sessionExtend,
  sessionForget,
  sessionGet,
  sessionIndex,
  sessionUpdate,
} from '../lib/generated/scripts.ts';
import type {
  SessionGetResult,
  SessionListParameters,
  SessionListResult,
  SessionPatchParameters,
  SessionPatchResult,
  SessionUpdateParameters,
} from '../lib/generated/tools.ts';
import { mergePatch } from '../lib/json/merge-patch.ts';
import { isObject } from '../lib/json/object.ts';
import { decode, encode } from '../lib/redis/codec.ts';
import type { Group } from '../lib/redis/operation.ts';
import type { Redis } from '../lib/redis/redis.ts';
import { findOrigin } from '../lib/redis/scan-origin.ts';
import { scanPage } from '../lib/redis/scan.ts';
import { runScript } from '../lib/redis/scripts.ts';
import { secondsLeft, ttlArgument } from '../lib/redis/ttl.ts';

/**
 * The operations on sessions. A session is a hash with a time to live. It has one field per top-level key of its data,
 * and the fields revision, created_at, updated_at, and where they were given, owner and fence.
 */
export const session = {
  create: async (redis, { data, ttl, owner }) => {
    const id = redis.newId();
    const args = [ttlArgument(ttl), id, owner ?? '', ...toFields(data)];
    // An entry without a session is harmless, but a session without an entry would never be listed.
    if (owner !== undefined) await writeIndex(redis, owner, id, ttl);
    const reply = await redis.run(sessionCreate, [redis.key('session', id)], args);
    // With an idempotency key, it is the session that the first call created.
    const [revision, created] = reply as [number, string];
    if (owner !== undefined && created !== id) await removeFromIndex(redis, owner, id);
    return { session_id: created, ttl, revision };
  },

  get: async (redis, { session_id: id }) => {
    const reply = await redis.run(sessionGet, [redis.key('session', id)], []);
    if (reply === null) return { session: null, found: false, ttl: null };
    const [left, fields] = reply as [number, string[]];
    return { session: fromFields(id, fields), found: true, ttl: secondsLeft(left) };
  },

  list,

  update: async (redis, params) => {
    refuseBoth(params);
    const { session_id: id, expected_revision: expected } = params;
    const { changed, revision } = await write(redis, { ...params, expected });
    if (!changed) throw otherRevision(revision, expected);
    return { session_id: id, revision };
  },

  patch,

  delete: async (redis, { session_id: id }) => {
    const reply = await redis.run(sessionDelete, [redis.key('session', id)], []);
    if (reply === null) return { deleted: false };
    const [, owner] = reply as [number, string];
    // When this command fails, session_list removes the entry later.
    if (owner !== '') await removeFromIndex(redis, owner, id);
    return { deleted: true };
  },

  extend: async (redis, { session_id: id, ttl }) => {
    const key = redis.key('session', id);
    const owner = await redis.client.hGet(key, 'owner');
    if (owner !== null) await writeIndex(redis, owner, id, ttl);
    const found = await redis.run(sessionExtend, [key], [ttlArgument(ttl)]);
    if (found !== 1) throw new GantzError('NOT_FOUND', 'There is no such session');
    return { session_id: id, ttl };
  },
} satisfies Group<'session'>;

/** Writes the entry of a session in the index of its owner, which is in another slot than the session. */
async function writeIndex(redis: Redis, owner: string, id: string, ttl: number | null): Promise<void> {
  await runScript(redis.client, sessionIndex, [redis.key('session_owner', owner)], [id, ttlArgument(ttl)]);
}

async function removeFromIndex(redis: Redis, owner: string, id: string): Promise<void> {
  await redis.client.sendCommand(['HDEL', redis.key('session_owner', owner), id]);
}

type Summary = SessionListResult['sessions'][number];

/** Lists the sessions of an owner, and removes entries of sessions that are gone. */
async function list(
  redis: Redis,
  { owner, limit, cursor }: SessionListParameters,
  { deadline }: Call,
): Promise<SessionListResult> {
  const index = redis.key('session_owner', owner);
  const summaries = new Map<string, Summary>();
  const page = await scanPage<string>(
    async (client, from, count) => {
      const words = ['HSCAN', index, from, 'COUNT', String(count)];
      const [next, entries] = await client.sendCommand<[string, string[]]>(words);
      const ids = entries.filter((_, at) => at % 2 === 0);
      const found = await Promise.all(ids.map((id) => readSummary(redis, id, owner)));
      for (const one of found) if (one) summaries.set(one.session_id, one);
      const gone = ids.filter((_, at) => !found[at]);
      if (gone.length > 0) await runScript(redis.client, sessionForget, [index], gone);
      return { cursor: next, items: ids.filter((_, at) => found[at]) };
    },
    { origin: () => findOrigin(redis, index), limit, cursor, deadline },
  );
  const sessions = page.items.flatMap((id) => summaries.get(id) ?? []);
  return { sessions, count: sessions.length, cursor: page.cursor };
}

/** Returns undefined when the session is gone, and for one of another owner. */
async function readSummary(redis: Redis, id: string, owner: string): Promise<Summary | undefined> {
  const key = redis.key('session', id);
  const fields = ['owner', 'created_at', 'updated_at', 'revision'];
  const [values, left] = await Promise.all([
    redis.client.sendCommand<(string | null)[]>(['HMGET', key, ...fields]),
    redis.client.pTTL(key),
  ]);
  const [storedOwner, createdAt, updatedAt, revision] = values;
  if (storedOwner !== owner || left === -2) return undefined;
  return {
    session_id: id,
    created_at: isoTime(createdAt ?? undefined),
    updated_at: isoTime(updatedAt ?? undefined),
    revision: Number(revision),
    ttl: secondsLeft(left),
  };
}

type Change = Pick<SessionUpdateParameters, 'session_id' | 'data' | 'unset'> & {
  fence?: number | undefined;
  /** False replaces all data. */
  merge: boolean;
  /** The revision that the session must have; any when undefined. */
  expected: number | undefined;
};

/** Changes the data of a session. Changes nothing when the session has another revision than the expected one, and returns it. */
async function write(
  redis: Redis,
  { session_id: id, data, unset = [], merge, expected, fence }: Change,
): Promise<{ changed: boolean; revision: number }> {
  const args = [
    merge ? 'merge' : 'replace',
    expected === undefined ? '' : String(expected),
    fence === undefined ? '' : String(fence),
    String(unset.length),
    ...unset.map(fieldOf),
    ...toFields(data),
  ];
  const reply = await redis.run(sessionUpdate, [redis.key('session', id)], args);
  const [changed, revision] = reply as [number, number];
  return { changed: changed === 1, revision };
}

/** The share of the time limit that is kept for the answer when other writers are faster. */
const SHARE_FOR_ANSWER = 0.15;

/** Reads, merges and writes, and begins again when another writer was faster. */
async function patch(
  redis: Redis,
  { session_id: id, patch: changes, expected_revision: expected, fence }: SessionPatchParameters,
  { deadline }: Call,
): Promise<SessionPatchResult> {
  const reserveMs = deadline.remainingMs() * SHARE_FOR_ANSWER;
  for (;;) {
    const { data, unset, revision: read } = await readMerged(redis, id, changes);
    const change = { session_id: id, data, unset, merge: true, fence, expected: expected ?? read };
    const { changed, revision } = await write(redis, change);
    if (changed) return { session_id: id, revision };
    if (expected !== undefined) throw otherRevision(revision, expected);
    redis.nothingChanged();
    if (deadline.remainingMs() <= reserveMs) throw tooManyWriters();
  }
}

/**
 * Reads the keys of the data that a patch merges into, and returns what to write: the new values and the keys to remove. For
 * an absent session the revision is 0, which no session has.
 */
async function readMerged(
  redis: Redis,
  id: string,
  changes: Record<string, unknown>,
): Promise<{ data: Record<string, unknown>; unset: string[]; revision: number }> {
  const names = Object.entries(changes).flatMap(([name, change]) => (isObject(change) ? [name] : []));
  const words = ['HMGET', redis.key('session', id), 'revision', ...names.map(fieldOf)];
  const [revision, ...texts] = await redis.client.sendCommand<(string | null)[]>(words);
  const target = names.map((name, at): [string, unknown] => [name, decode(texts[at] ?? 'null')]);
  const data = mergePatch(Object.fromEntries(target), changes) as Record<string, unknown>;
  const unset = Object.entries(changes).flatMap(([name, change]) => (change === null ? [name] : []));
  return { data, unset, revision: Number(revision ?? 0) };
}

function otherRevision(revision: number, expected: number | undefined): GantzError {
  return new GantzError('CONFLICT', `The session has revision ${revision}, not ${expected}`);
}

function tooManyWriters(): GantzError {
  return new GantzError('CONFLICT', 'Other writers changed the session before each attempt', {
    retryable: true,
    hint: 'Call again, or use session_update for top-level keys, which needs no attempts.',
  });
}

function refuseBoth({ data, unset = [] }: Pick<SessionUpdateParameters, 'data' | 'unset'>): void {
  const index = unset.findIndex((name) => Object.hasOwn(data, name));
  if (index < 0) return;
  throw new GantzError('INVALID_PARAMETERS', 'A key is both in data and in unset', {
    details: [{ path: `/unset/${index}`, message: 'must not be a key of data' }],
  });
}

/** Converts data to the arguments field, value, field, value, …. */
function toFields(data: Record<string, unknown>): string[] {
  return Object.entries(data).flatMap(([key, value]) => [fieldOf(key), encode(value)]);
}

/** Returns `data:<key>`, or `json:<key as JSON>` for a key that is not well-formed Unicode. */
function fieldOf(key: string): string {
  return key.isWellFormed() ? `data:${key}` : `json:${JSON.stringify(key)}`;
}

/** Converts the fields of the hash to a session. */
function fromFields(id: string, fields: readonly string[]): NonNullable<SessionGetResult['session']> {
  const meta = new Map<string, string>();
  const data: [string, unknown][] = [];
  for (let at = 0; at < fields.length; at += 2) {
    const [field = '', text = ''] = [fields[at], fields[at + 1]];
    const key = field.slice('data:'.length);
    if (field.startsWith('data:')) data.push([key, decode(text)]);
    else if (field.startsWith('json:')) data.push([keyOfJson(key), decode(text)]);
    else meta.set(field, text);
  }
  const owner = meta.get('owner');
  return {
    id,
    // An assignment would lose a key named __proto__.
    data: Object.fromEntries(data),
    created_at: isoTime(meta.get('created_at')),
    updated_at: isoTime(meta.get('updated_at')),
    revision: Number(meta.get('revision')),
    ...(owner !== undefined && { owner }),
  };
}

/** Returns the key of a JSON string. A text that is not one was written by another program, and is the key itself. */
function keyOfJson(text: string): string {
  const key = decode(text);
  return typeof key === 'string' ? key : text;
}

/** Converts Unix milliseconds to ISO 8601 in UTC. Any other text gives 1970-01-01. */
function isoTime(milliseconds = '0'): string {
  return new Date(/^\d{1,15}$/.test(milliseconds) ? Number(milliseconds) : 0).toISOString();
}

if (process.argv[1] === import.meta.filename) void import('../lib/start/entry-of-group.ts');
