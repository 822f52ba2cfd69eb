import type { Word } from '../commands.ts';
import { encodeBytes, type Item, type Type } from './format.ts';
import { CHUNK_BYTES, FIRST_COUNT, nextCount, readKey } from './read-key.ts';
import { readStream } from './read-stream.ts';
import type { Step } from './steps.ts';

/** Yields the items of a structure in chunks of bounded size, at least one. Throws `Gone` when the key no longer exists. */
export type Read = (step: Step, key: Word) => AsyncGenerator<Item[], undefined>;

/** Reads each type of structure. */
export const READERS: Readonly<Record<Type, Read>> = {
  string: readString,
  list: (step, key) => readByIndex(step, key, (from, to) => ['LRANGE', key, from, to], readItems),
  zset: (step, key) =>
    readByIndex(step, key, (from, to) => ['ZRANGE', key, from, to, 'WITHSCORES'], readPairs),
  hash: (step, key) => readByCursor(step, key, 'HSCAN', readPairs),
  set: (step, key) => readByCursor(step, key, 'SSCAN', readItems),
  stream: readStream,
};

async function* readString(step: Step, key: Word): AsyncGenerator<Item[], undefined> {
  for (let from = 0; ; from += CHUNK_BYTES) {
    const words = ['GETRANGE', key, String(from), String(from + CHUNK_BYTES - 1)];
    const piece = (await step(({ client }) => readKey(client, key, words))) as Buffer;
    if (piece.length > 0 || from === 0) yield [encodeBytes(piece)];
    if (piece.length < CHUNK_BYTES) return;
  }
}

async function* readByIndex(
  step: Step,
  key: Word,
  wordsFor: (from: string, to: string) => Word[],
  parse: (reply: Buffer[]) => Item[],
): AsyncGenerator<Item[], undefined> {
  let count = FIRST_COUNT;
  for (let from = 0; ;) {
    const words = wordsFor(String(from), String(from + count - 1));
    const items = parse((await step(({ client }) => readKey(client, key, words))) as Buffer[]);
    if (items.length > 0) yield items;
    if (items.length < count) return;
    from += items.length;
    count = nextCount(items, count);
  }
}

async function* readByCursor(
  step: Step,
  key: Word,
  command: 'HSCAN' | 'SSCAN',
  parse: (reply: Buffer[]) => Item[],
): AsyncGenerator<Item[], undefined> {
  let count = FIRST_COUNT;
  let cursor = '0';
  do {
    const words = [command, key, cursor, 'COUNT', String(count)];
    const [next, reply] = (await step(({ client }) => readKey(client, key, words))) as [Buffer, Buffer[]];
    const items = parse(reply);
    cursor = next.toString();
    if (items.length > 0) yield items;
    count = nextCount(items, count);
  } while (cursor !== '0');
}

function readItems(reply: Buffer[]): Item[] {
  return reply.map(encodeBytes);
}

function readPairs(reply: Buffer[]): Item[] {
  const pairs: Item[] = [];
  for (let at = 1; at < reply.length; at += 2) {
    const [first, second] = [reply[at - 1], reply[at]];
    if (first && second) pairs.push([encodeBytes(first), encodeBytes(second)]);
  }
  return pairs;
}
