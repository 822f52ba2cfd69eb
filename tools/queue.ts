import { GantzError } from '../lib/contract/errors.ts';
import {
  queueAck,
  queueAdd,
  queueCancel,
  queueExtend,
  queueGet,
  queueNack,
  queuePeek,
  queuePurge,
  queueRequeue,
  queueStats,
  queueTake,
} from '../lib/generated/scripts.ts';
import type {
  QueueAddManyParameters,
  QueueGetResult,
  QueuePeekResult,
  QueueTakeParameters,
  QueueTakeResult,
} from '../lib/generated/tools.ts';
import { decode, encode } from '../lib/redis/codec.ts';
import { checkName, structureTag } from '../lib/redis/keys.ts';
import type { Group } from '../lib/redis/operation.ts';
import type { Redis } from '../lib/redis/redis.ts';
import { waitFor, type Step } from '../lib/redis/waiting.ts';

/**
 * The operations on queues. docs/queue.md describes the keys of a queue, and how the scripts move a job between them.
 */
export const queue = {
  add: async (redis, { payload, dedup_id, ...params }) => {
    const dedup_ids = dedup_id === undefined ? {} : { dedup_ids: [dedup_id] };
    const { ids, added } = await add(redis, { ...params, payloads: [payload], ...dedup_ids });
    return { id: ids[0] ?? '', added: added === 1 };
  },

  add_many: async (redis, params) => await add(redis, params),

  take: async (redis, params, call) => {
    const { jobs: near, channel } = keysOf(redis, params.queue);
    const step = async (): Promise<Step<QueueTakeResult>> => await take(redis, params);
    return await waitFor(redis, call, { wait: params.wait, near, channel, step });
  },

  ack: async (redis, { queue: name, receipts }) => {
    const { ready, taken, jobs, dedup } = keysOf(redis, name);
    const reply = await redis.run(queueAck, [ready, taken, jobs, dedup], distinct(receipts));
    const [acked, stale] = reply as [number, string[]];
    return { acked, stale };
  },

  nack: async (redis, { queue: name, receipts, delay, error = '' }) => {
    const { ready, delayed, taken, dead, jobs, channel } = keysOf(redis, name);
    const args = [channel, delay === undefined ? '' : milliseconds(delay), shortened(error)];
    const keys = [ready, delayed, taken, dead, jobs];
    const reply = await redis.run(queueNack, keys, [...args, ...distinct(receipts)]);
    const [, requeued, died, stale] = reply as [number, number, number, string[]];
    return { requeued, dead: died, stale };
  },

  extend: async (redis, { queue: name, receipts, visibility }) => {
    const { ready, taken, jobs, channel } = keysOf(redis, name);
    const args = [channel, milliseconds(visibility), ...distinct(receipts)];
    const reply = await redis.run(queueExtend, [ready, taken, jobs], args);
    const [extended, end, stale] = reply as [number, number, string[]];
    return { extended, visible_until_ms: extended > 0 ? end : null, stale };
  },

  get: async (redis, { queue: name, id }) => {
    const reply = await redis.run(queueGet, statesOf(redis, name), [id]);
    if (reply === null) return { job: null, state: null, found: false };
    const [state, job] = reply as [State, JobReply];
    return { job: parseJob(state, job), state, found: true };
  },

  cancel: async (redis, { queue: name, id }) => {
    const state = (await redis.run(queueCancel, statesOf(redis, name), [id])) as State | null;
    return { cancelled: state !== null, state };
  },

  stats: async (redis, { queue: name }) => {
    const reply = await redis.run(queueStats, statesOf(redis, name), []);
    const [ready = 0, delayed = 0, taken = 0, dead = 0, due = 0, age = -1] = reply as number[];
    return { ready, delayed, taken, dead, due, oldest_age_ms: age < 0 ? null : age };
  },

  peek: async (redis, { queue: name, state, limit, cursor }) => {
    const keys = keysOf(redis, name);
    const reply = await redis.run(
      queuePeek,
      [keys[state], keys.jobs],
      [String(limit), ...parseCursor(cursor)],
    );
    const [more, ...found] = reply as [number, ...JobReply[]];
    const [id, , score] = found.at(-1) ?? [];
    return {
      jobs: found.map((job) => parseJob(state, job)),
      count: found.length,
      cursor: more === 1 && id !== undefined ? `${score}-${id}` : null,
    };
  },

  requeue: async (redis, { queue: name, ids = [], limit }) => {
    const { ready, dead, jobs, channel } = keysOf(redis, name);
    const args = [channel, String(limit), ...ids];
    return { moved: Number(await redis.run(queueRequeue, [ready, dead, jobs], args)) };
  },

  purge: async (redis, { queue: name, state = '', limit }) => {
    const reply = await redis.run(queuePurge, statesOf(redis, name), [state, String(limit)]);
    const [removed, left] = reply as [number, number];
    return { removed, left };
  },
} satisfies Group<'queue'>;

type State = NonNullable<QueueGetResult['state']>;

/** The keys of a queue, and the channel of the callers that wait for its jobs. */
type Keys = Record<State | 'jobs' | 'dedup' | 'channel', string>;

function keysOf(redis: Redis, name: string): Keys {
  const structure = redis.key('queue', structureTag('q', name));
  return {
    ready: `${structure}:ready`,
    delayed: `${structure}:delayed`,
    taken: `${structure}:taken`,
    dead: `${structure}:dead`,
    jobs: `${structure}:jobs`,
    dedup: `${structure}:dedup:`,
    channel: redis.key('wake', `queue:${name}`),
  };
}

/** Returns the sets of the four states and the hash. */
function statesOf(redis: Redis, name: string): string[] {
  const { ready, delayed, taken, dead, jobs } = keysOf(redis, name);
  return [ready, delayed, taken, dead, jobs];
}

async function add(
  redis: Redis,
  {
    queue: name,
    payloads,
    delay,
    priority,
    dedup_ids,
    dedup_for,
    max_attempts,
    max_length,
  }: QueueAddManyParameters,
): Promise<{ ids: string[]; added: number }> {
  if (dedup_ids && dedup_ids.length !== payloads.length) {
    throw new GantzError('INVALID_PARAMETERS', 'Give as many dedup_ids as payloads', {
      details: [{ path: '/dedup_ids', message: `must have ${payloads.length} items` }],
    });
  }
  const { ready, delayed, taken, jobs, dedup, channel } = keysOf(redis, name);
  const args = [
    channel,
    milliseconds(delay),
    String(priority),
    String(max_attempts),
    max_length === undefined ? '' : String(max_length),
    milliseconds(dedup_for),
    ...payloads.flatMap((payload, at) => [
      redis.newId(),
      encode(payload),
      checkName(dedup_ids?.[at] ?? '', 'a deduplication id'),
    ]),
  ];
  const reply = await redis.run(queueAdd, [ready, delayed, taken, jobs, dedup], args);
  const [added, ids] = reply as [number, string[]];
  return { ids, added };
}

/** One job in the reply of queue-take.lua. */
type TakenReply = [
  id: string,
  payload: string,
  attempt: number,
  receipt: string,
  added: number,
  end: number,
  error: string,
];

async function take(
  redis: Redis,
  { queue: name, count, visibility }: QueueTakeParameters,
): Promise<Step<QueueTakeResult>> {
  const args = [keysOf(redis, name).channel, String(count), milliseconds(visibility), redis.newId()];
  const reply = await redis.run(queueTake, statesOf(redis, name), args);
  const [taken, due, more, ...jobs] = reply as [number, number, number, ...TakenReply[]];
  return {
    result: { jobs: jobs.map(parseTaken) },
    done: taken > 0,
    dueInMs: due < 0 ? undefined : due,
    more: more === 1,
  };
}

function parseTaken([
  id,
  payload,
  attempt,
  receipt,
  added,
  end,
  error,
]: TakenReply): QueueTakeResult['jobs'][number] {
  return {
    id,
    payload: decode(payload),
    attempt,
    receipt,
    added_at: isoTime(added),
    visible_until_ms: end,
    ...(error !== '' && { last_error: error }),
  };
}

/** One job in the replies of queue-get.lua and queue-peek.lua. */
type JobReply = [
  id: string,
  payload: string,
  score: string,
  place: string,
  attempt: number,
  most: number,
  added: number,
  error: string,
];

function parseJob(
  state: State,
  [id, payload, score, place, attempt, most, added, error]: JobReply,
): QueuePeekResult['jobs'][number] {
  return {
    id,
    payload: decode(payload),
    priority: Math.floor(Number(place) / 2 ** 45),
    attempt,
    max_attempts: most,
    added_at: isoTime(added),
    ...(state === 'delayed' && { due_at_ms: Number(score) }),
    ...(state === 'taken' && { visible_until_ms: Number(score) }),
    ...(state === 'dead' && { died_at: isoTime(Number(score)) }),
    ...(error !== '' && { last_error: error }),
  };
}

/** Returns the score and the id of the last job of the previous page. Both are '' for the first page. */
function parseCursor(cursor: string | undefined): [score: string, id: string] {
  if (cursor === undefined) return ['', ''];
  const [, score, id] = /^(\d{1,16})-([\da-f-]+)$/.exec(cursor) ?? [];
  if (score !== undefined && id !== undefined) return [score, id];
  throw new GantzError('INVALID_PARAMETERS', `${JSON.stringify(cursor)} is not a cursor`, {
    hint: 'Pass the cursor of the previous page unchanged, or none for the first page.',
    details: [{ path: '/cursor', message: 'is not a cursor' }],
  });
}

/** Converts seconds to whole milliseconds. A time that is not 0 has at least one. */
function milliseconds(seconds: number): string {
  return String(seconds > 0 ? Math.max(1, Math.round(seconds * 1000)) : 0);
}

const ERROR_LENGTH = 1000;

/** Returns the beginning of an error, which a queue keeps with the job. */
function shortened(error: string): string {
  return error.slice(0, ERROR_LENGTH).toWellFormed();
}

function distinct(receipts: readonly string[]): string[] {
  return [...new Set(receipts)];
}

function isoTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}

if (process.argv[1] === import.meta.filename) void import('../lib/start/entry-of-group.ts');
