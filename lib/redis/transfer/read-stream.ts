import { GantzError } from '../../contract/errors.ts';
import type { Word } from '../commands.ts';
import { readWithTime } from './clock.ts';
import { encodeBytes, type Bytes, type Item } from './format.ts';
import { FIRST_COUNT, nextCount, readKey, sendForBytes, serverOf } from './read-key.ts';
import type { Step } from './steps.ts';

/** The reply of an XINFO command: names and values. */
type Info = ReadonlyMap<string, unknown>;

/** How many pending entries are read at a time. */
const PENDING_COUNT = 1000;

/**
 * Yields the items of a stream in the order in which they are written again: the entries, the state, and each group with its
 * consumers and its pending entries. Throws `Gone`.
 */
export async function* readStream(step: Step, key: Word): AsyncGenerator<Item[], undefined> {
  yield* readEntries(step, key);
  const { state, groups } = await step(async (redis) => {
    const server = await serverOf(redis, key);
    const [about, all] = await Promise.all([
      readKey(server, key, ['XINFO', 'STREAM', key]),
      sendForBytes(server, ['XINFO', 'GROUPS', key]),
    ]);
    return { state: infoOf(about), groups: (all as unknown[]).map(infoOf) };
  });
  yield [
    ['state', bytesOf(state, 'last-generated-id'), count(state, 'entries-added'), deletedId(state)],
    ...groups.map((group): Item => [
      'group',
      bytesOf(group, 'name'),
      bytesOf(group, 'last-delivered-id'),
      count(group, 'entries-read'),
    ]),
  ];
  for (const group of groups) yield* readGroup(step, key, group.get('name') as Buffer);
}

async function* readEntries(step: Step, key: Word): AsyncGenerator<Item[], undefined> {
  let amount = FIRST_COUNT;
  for (let start = '-'; ;) {
    const words = ['XRANGE', key, start, '+', 'COUNT', String(amount)];
    const reply = (await step(({ client }) => readKey(client, key, words))) as [Buffer, Buffer[]][];
    const items = reply.map(([id, fields]): Item => ['entry', id.toString(), ...fields.map(encodeBytes)]);
    if (items.length > 0) yield items;
    if (items.length < amount) return;
    start = `(${reply.at(-1)?.[0].toString() ?? ''}`;
    amount = nextCount(items, amount);
  }
}

async function* readGroup(step: Step, key: Word, group: Buffer): AsyncGenerator<Item[], undefined> {
  const name = encodeBytes(group);
  const consumers = (await step(async (redis) =>
    readKey(await serverOf(redis, key), key, ['XINFO', 'CONSUMERS', key, group]),
  )) as unknown[];
  if (consumers.length > 0)
    yield consumers.map((consumer): Item => ['consumer', name, bytesOf(infoOf(consumer), 'name')]);
  for (let start = '-'; ;) {
    const { nowMs, reply } = await step(async (redis) => {
      const server = await serverOf(redis, key);
      const words = ['XPENDING', key, group, start, '+', String(PENDING_COUNT)];
      return await readWithTime(server, () => readKey(server, key, words));
    });
    const pending = reply as [Buffer, Buffer, number, number][];
    if (pending.length > 0)
      yield pending.map(([id, consumer, idleMs, deliveries]): Item => [
        'pending',
        name,
        id.toString(),
        encodeBytes(consumer),
        nowMs - idleMs,
        deliveries,
      ]);
    if (pending.length < PENDING_COUNT) return;
    start = `(${pending.at(-1)?.[0].toString() ?? ''}`;
  }
}

function infoOf(reply: unknown): Info {
  const words = reply as unknown[];
  const info = new Map<string, unknown>();
  for (let at = 0; at < words.length; at += 2) info.set(String(words[at]), words[at + 1]);
  return info;
}

function bytesOf(info: Info, name: string): Bytes {
  const value = info.get(name);
  if (Buffer.isBuffer(value)) return encodeBytes(value);
  throw new GantzError('REDIS_ERROR', `The reply of XINFO has no ${name}`);
}

/** Returns a number of XINFO. Redis 6.2 has none, and a group's can be unknown: null. */
function count(info: Info, name: string): number | null {
  const value = info.get(name);
  return typeof value === 'number' ? value : null;
}

function deletedId(info: Info): string | null {
  const value = info.get('max-deleted-entry-id');
  return Buffer.isBuffer(value) ? value.toString() : null;
}
