import { GantzError } from '../lib/contract/errors.ts';
import { sessionCreate, sessionExtend, sessionGet, sessionUpdate } from '../lib/generated/scripts.ts';
import type { SessionGetResult } from '../lib/generated/tools.ts';
import { decode, encode } from '../lib/redis/codec.ts';
import type { Group } from '../lib/redis/operation.ts';
import { secondsLeft, ttlArgument } from '../lib/redis/ttl.ts';

/**
 * The operations on sessions. A session is a hash with a time to live. It has one field per top-level key of its data,
 * and the fields revision, created_at and updated_at.
 */
export const session = {
  create: async (redis, { data, ttl }) => {
    const id = redis.newId();
    const args = [ttlArgument(ttl), id, ...toFields(data)];
    const reply = await redis.run(sessionCreate, [redis.key('session', id)], args);
    // With an idempotency key, it is the session that the first call created.
    const [revision, created] = reply as [number, string];
    return { session_id: created, ttl, revision };
  },

  get: async (redis, { session_id: id }) => {
    const reply = await redis.run(sessionGet, [redis.key('session', id)], []);
    if (reply === null) return { session: null, found: false, ttl: null };
    const [left, fields] = reply as [number, string[]];
    return { session: fromFields(id, fields), found: true, ttl: secondsLeft(left) };
  },

  update: async (redis, { session_id: id, data, merge, expected_revision: expected }) => {
    const args = [
      merge ? 'merge' : 'replace',
      expected === undefined ? '' : String(expected),
      ...toFields(data),
    ];
    return {
      session_id: id,
      revision: Number(await redis.run(sessionUpdate, [redis.key('session', id)], args)),
    };
  },

  delete: async (redis, { session_id: id }) => ({
    deleted: (await redis.write(['UNLINK', redis.key('session', id)])) === 1,
  }),

  extend: async (redis, { session_id: id, ttl }) => {
    const found = await redis.run(sessionExtend, [redis.key('session', id)], [ttlArgument(ttl)]);
    if (found !== 1) throw new GantzError('NOT_FOUND', 'There is no such session');
    return { session_id: id, ttl };
  },
} satisfies Group<'session'>;

/**
 * Converts data to the arguments field, value, field, value, …. A field is `data:<key>`, or `json:<key as JSON>` for a
 * key that is not well-formed Unicode.
 */
function toFields(data: Record<string, unknown>): string[] {
  return Object.entries(data).flatMap(([key, value]) => [
    key.isWellFormed() ? `data:${key}` : `json:${JSON.stringify(key)}`,
    encode(value),
  ]);
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
  return {
    id,
    // An assignment would lose a key named __proto__.
    data: Object.fromEntries(data),
    created_at: isoTime(meta.get('created_at')),
    updated_at: isoTime(meta.get('updated_at')),
    revision: Number(meta.get('revision')),
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
