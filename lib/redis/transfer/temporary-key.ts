import type { Word } from '../commands.ts';
import { slotOf } from '../connection/cluster.ts';

/**
 * Returns the key under which a structure is built before it is renamed: `<namespace>:import:<id>:{<tag>}<key>`. It is in
 * the cluster slot of the key, and no other key has the same one. `id` is that of the import.
 */
export function temporaryKey(namespace: string, id: string, key: Word): Buffer {
  const bytes = Buffer.from(key);
  return Buffer.concat([Buffer.from(`${namespace}:import:${id}:{`), tagOf(bytes), Buffer.from('}'), bytes]);
}

/**
 * Returns the text between the first `{` and the next `}` of a key, which Redis hashes instead of the key unless it is
 * empty (https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/#hash-tags). Without such a text, returns
 * the key when it can stand in braces, and otherwise a tag from a table.
 */
function tagOf(key: Buffer): Buffer {
  const open = key.indexOf('{');
  const close = open < 0 ? -1 : key.indexOf('}', open);
  if (close > open + 1) return key.subarray(open + 1, close);
  return key.includes('}') ? Buffer.from(tagOfSlot(slotOf(key))) : key;
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
