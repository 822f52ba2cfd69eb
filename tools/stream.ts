import { randomUUID } from 'node:crypto';
import type { Call } from '../lib/contract/call.ts';
import { GantzError } from '../lib/contract/errors.ts';
import { streamAppend, streamInfo, streamRead, streamTake, streamTrim } from '../lib/generated/scripts.ts';
import type {
  StreamReadParameters,
  StreamReadResult,
  StreamTakeParameters,
  StreamTakeResult,
} from '../lib/generated/tools.ts';
import { decode, encode } from '../lib/redis/codec.ts';
import { checkEventId, countAfter, countLost, isAfter } from '../lib/redis/event-id.ts';
import type { Redis } from '../lib/redis/redis.ts';
import type { Group } from '../lib/redis/operation.ts';
import { ttlArgument } from '../lib/redis/ttl.ts';
import { waitFor, type Step } from '../lib/redis/waiting.ts';

/** The operations on streams: events that stay after they were read, with ids that count them. */
export const stream = {
  append: async (redis, { stream: name, event, max_length = '', ttl }) => {
    const args = [encode(event), String(max_length), ttlArgument(ttl), wakeChannel(redis, name)];
    return { id: String(await redis.run(streamAppend, [redis.key('stream', name)], args)) };
  },

  read: async (redis, params, call) => await read(redis, params, call),

  take: async (redis, params, call) => await take(redis, params, call),

  ack: async (redis, { stream: name, group, ids }) => {
    const checked = ids.map((id, index) => checkEventId(id, `/ids/${index}`));
    return {
      acked: Number(await redis.write(['XACK', redis.key('stream', name), group, ...checked])),
    };
  },

  info: async (redis, { stream: name }) => {
    const reply = await redis.run(streamInfo, [redis.key('stream', name)], []);
    const [length, first, last, ...groups] = reply as [number, string, string, ...GroupReply[]];
    return {
      length,
      first_id: first === '' ? null : first,
      last_id: last === NOTHING ? null : last,
      groups: groups.map(([group, pending, delivered]) => ({
        name: group,
        pending,
        lag: countAfter(delivered, { length, first, last }),
      })),
    };
  },

  trim: async (redis, { stream: name, max_length = '', min_id }) => {
    if (max_length === '' && min_id === undefined)
      throw new GantzError('INVALID_PARAMETERS', 'Give max_length, min_id or both');
    const args = [String(max_length), min_id === undefined ? '' : checkEventId(min_id, '/min_id')];
    return { removed: Number(await redis.run(streamTrim, [redis.key('stream', name)], args)) };
  },

  delete: async (redis, { stream: name }) => ({
    deleted: (await redis.write(['UNLINK', redis.key('stream', name)])) === 1,
  }),
} satisfies Group<'stream'>;

/** The last id of a stream that never had an event. */
const NOTHING = '0-0';

/** An entry as Redis replies it: its id, and fields and values in turn. */
type Entry = [id: string, fields: string[]];
type GroupReply = [name: string, pending: number, delivered: string];

/** Returns the channel on which stream_append publishes. */
function wakeChannel(redis: Redis, name: string): string {
  return redis.key('wake', `stream:${name}`);
}

async function read(
  redis: Redis,
  { stream: name, after, count, wait }: StreamReadParameters,
  call: Call,
): Promise<StreamReadResult> {
  const key = redis.key('stream', name);
  const channel = wakeChannel(redis, name);
  let cursor = after === '0' || after === '$' ? after : checkEventId(after, '/after');
  const step = async (): Promise<Step<StreamReadResult>> => {
    const [entries, last] = await readEntries(redis, key, cursor, count);
    if (cursor === '$') cursor = last === NOTHING ? '0' : last;
    const result = { events: entries.map(toEvent), ...progressOf(cursor, entries, last) };
    return { result, done: entries.length > 0 };
  };
  // Every reader gets every event, so each one waits in a line of its own.
  const line = `${channel} ${randomUUID()}`;
  return await waitFor(redis, call, { wait, near: key, channel, line, step });
}

/** Returns the entries after an id and, when there are none, the id of the newest event that the stream ever had. */
async function readEntries(
  redis: Redis,
  key: string,
  after: string,
  count: number,
): Promise<[entries: Entry[], last: string]> {
  // For entries, the command alone takes half the time of the script.
  if (after !== '$') {
    const words = ['XRANGE', key, `(${after}`, '+', 'COUNT', String(count)];
    const entries = await redis.client.sendCommand<Entry[]>(words);
    if (entries.length > 0) return [entries, ''];
  }
  return (await redis.run(streamRead, [key], [after, String(count)])) as [Entry[], string];
}

/** Returns how far a read came from `after`. `last` is the id of the newest event when there are no entries. */
function progressOf(
  after: string,
  entries: readonly Entry[],
  last: string,
): Pick<StreamReadResult, 'last_id' | 'lost'> {
  const ids = entries.map(([id]) => id);
  const newest = ids.at(-1);
  if (newest !== undefined) return { last_id: newest, lost: countLost(after, ids) };
  // The stream does not exist (any more), so reading begins anew.
  if (last === NOTHING) return { last_id: '0', lost: after === '0' || after === NOTHING ? 0 : null };
  if (isAfter(after, last)) throw cursorBeyondEnd();
  const lost = after === last ? 0 : countLost(after, [last]);
  return { last_id: last, lost: lost === null || after === last ? lost : lost + 1 };
}

function cursorBeyondEnd(): GantzError {
  return new GantzError(
    'CONFLICT',
    'The stream has no event as new as "after": it was deleted and made anew',
    {
      retryable: false,
      hint: 'Read from "0" what the stream has now, or from "$" what comes next.',
      details: [{ path: '/after', message: 'is after the last event' }],
    },
  );
}

async function take(
  redis: Redis,
  { stream: name, group, consumer, count, min_idle: minIdle, from, wait }: StreamTakeParameters,
  call: Call,
): Promise<StreamTakeResult> {
  const key = redis.key('stream', name);
  const channel = wakeChannel(redis, name);
  const begin = from === '0' || from === '$' ? from : checkEventId(from, '/from');
  const minIdleMs = String(Math.ceil(minIdle * 1000));
  const args = [group, consumer, String(count), minIdleMs, begin];
  const step = async (): Promise<Step<StreamTakeResult>> => {
    const reply = (await redis.run(streamTake, [key], args)) as TakeReply;
    const [changed, , , , , due = -1] = reply;
    const result = toTaken(reply);
    return {
      result,
      done: changed > 0,
      dueInMs: due < 0 ? undefined : due,
      more: result.events.length === count,
    };
  };
  const line = `${channel} ${JSON.stringify(group)}`;
  return await waitFor(redis, call, { wait, near: key, channel, line, step });
}

type TakeReply = [
  changed: number,
  events?: [entry: Entry, deliveries: number][],
  newIds?: string[],
  delivered?: string,
  removed?: number,
  dueInMs?: number,
];

function toTaken([, events = [], newIds = [], delivered = '0', removed = 0]: TakeReply): StreamTakeResult {
  const skipped = countLost(delivered, newIds);
  return {
    events: events.map(([entry, deliveries]) => ({ ...toEvent(entry), deliveries })),
    lost: skipped === null ? null : skipped + removed,
  };
}

/** Converts an entry. One of another program becomes an object of its fields. */
function toEvent([id, fields]: Entry): { id: string; event: unknown } {
  const [name, text = ''] = fields;
  if (name === 'event' && fields.length === 2) return { id, event: decode(text) };
  const pairs = fields.flatMap((field, at) =>
    at % 2 === 0 ? [[field, decode(fields[at + 1] ?? '')] as const] : [],
  );
  return { id, event: Object.fromEntries(pairs) };
}

if (process.argv[1] === import.meta.filename) void import('../lib/start/entry-of-group.ts');
