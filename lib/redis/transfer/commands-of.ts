import type { Word } from '../commands.ts';
import { decodeBytes, type Bytes, type Item, type Part, type Type } from './format.ts';

/** A command that adds items to a structure, without its key. */
type ItemCommand = {
  words: readonly Word[];
  /** The position of the key among the words; 1 when absent. */
  keyAt?: number;
  /** How many of the words a server takes that does not have the newer options. */
  shorter?: number;
};

/** A Lua script takes at most 8000 words of a command. */
const MOST_WORDS = 4000;

/** The command that returns the size of each type of structure. */
export const SIZE_COMMANDS = {
  string: 'STRLEN',
  list: 'LLEN',
  hash: 'HLEN',
  set: 'SCARD',
  zset: 'ZCARD',
  stream: 'XLEN',
} as const satisfies Record<Type, string>;

/** Returns the arguments of import-part.lua for the value of a part. */
export function commandArguments({ type, value, part = 1 }: Part): Word[] {
  const words: Word[] = [];
  for (const { words: own, keyAt = 1, shorter = own.length } of commandsOf(type, value, part === 1)) {
    words.push(String(own.length), String(shorter), String(keyAt + 1), ...own);
  }
  return words;
}

function commandsOf(type: Type, value: Part['value'], isFirst: boolean): ItemCommand[] {
  const items = value as readonly Item[];
  switch (type) {
    case 'string':
      return [{ words: [isFirst ? 'SET' : 'APPEND', decodeBytes(value as Bytes)] }];
    case 'list':
      return inChunks('RPUSH', items.map(wordOf));
    case 'set':
      return inChunks('SADD', items.map(wordOf));
    case 'hash':
      return inChunks('HSET', items.flatMap(wordsOf));
    case 'zset':
      return inChunks(
        'ZADD',
        items.flatMap((item) => wordsOf(item).reverse()),
      );
    case 'stream':
      return [...(isFirst ? CREATE_STREAM : []), ...items.map(streamCommand)];
  }
}

/** A stream may have no entry. Only the command for a group creates such a stream. */
const CREATE_STREAM: readonly ItemCommand[] = [
  { words: ['XGROUP', 'CREATE', 'new', '0', 'MKSTREAM'], keyAt: 2 },
  { words: ['XGROUP', 'DESTROY', 'new'], keyAt: 2 },
];

function streamCommand(item: Item): ItemCommand {
  const [kind, ...words] = wordsOf(item);
  const [first = '', second = '', third = '', fourth = '', fifth = ''] = words;
  switch (kind) {
    case 'entry':
      return { words: ['XADD', ...words] };
    case 'state': {
      const added = second === '' ? [] : ['ENTRIESADDED', second, 'MAXDELETEDID', third || '0-0'];
      return { words: ['XSETID', first, ...added], shorter: 2 };
    }
    case 'group': {
      const read = third === '' ? [] : ['ENTRIESREAD', third];
      return { words: ['XGROUP', 'CREATE', first, second, ...read], keyAt: 2, shorter: 4 };
    }
    case 'consumer':
      return { words: ['XGROUP', 'CREATECONSUMER', first, second], keyAt: 2 };
    default: {
      const times = ['TIME', fourth, 'RETRYCOUNT', fifth];
      // No entry has been idle for less than 0 ms. An entry that was deleted is not claimed.
      return { words: ['XCLAIM', first, third, '0', second, ...times, 'FORCE', 'JUSTID'] };
    }
  }
}

function inChunks(command: string, words: readonly Word[]): ItemCommand[] {
  const commands: ItemCommand[] = [];
  for (let from = 0; from < words.length; from += MOST_WORDS)
    commands.push({ words: [command, ...words.slice(from, from + MOST_WORDS)] });
  return commands;
}

function wordOf(item: Item | number | null): Word {
  if (item === null) return '';
  return typeof item === 'number' ? String(item) : decodeBytes(item as Bytes);
}

function wordsOf(item: Item): Word[] {
  return (item as readonly (Bytes | number | null)[]).map(wordOf);
}
