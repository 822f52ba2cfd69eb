import type { Word } from '../commands.ts';
import { slotOf } from '../connection/cluster.ts';

/**
 * Returns the key under which a structure is built before it is renamed: `<namespace>:import:<id>:{<tag>}<key>`. It is in
 * the cluster slot of the key, and no other key has the same one. `id` is that of the import.
 */
export function temporaryKey(namespace: string, id: string, key: Word): Word {
  const prefix = `${namespace}:import:${id}:`;
  if (typeof key === 'string') return `${prefix}{${tagOf(key)}}${key}`;
  // In Latin-1, each byte is one character.
  const text = key.toString('latin1');
  return Buffer.from(`${prefix}{${tagOf(text, key)}}${text}`, 'latin1');
}

/**
 * Returns the text between the first `{` and the next `}` of a key, which Redis hashes instead of the key unless it is
 * empty (https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/#hash-tags). Without such a text, returns
 * the key when it can stand in braces, and otherwise a tag from a table.
 */
function tagOf(key: string, word: Word = key): string {
  const open = key.indexOf('{');
  const close = open < 0 ? -1 : key.indexOf('}', open);
  if (close > open + 1) return key.slice(open + 1, close);
  return key.includes('}') ? tagOfSlot(slotOf(word)) : key;
}

const tags = new Map<number, string>();
let nextTag = 0;

/** Returns the smallest number whose slot is this one. Each slot has one below 110,000. */
function tagOfSlot(slot: number): string {
  for (;;) {
    const known = tags.get(slot);
    if (known !== undefined) return known;
    const tag = String(nextTag++);
    const found = slotOf(tag);
    if (!tags.has(found)) tags.set(found, tag);
  }
}
