import type { Word } from './commands.ts';
import { slotOf } from './slot.ts';

/**
 * Returns a text that in braces, as a hash tag, puts a name into the cluster slot of `key`: the text that Redis hashes of the
 * key, which is what stands between the first `{` and the next `}` unless it is empty
 * (https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/#hash-tags), or else the key itself. When that
 * cannot stand in braces, returns a number that is searched for. `word` is the key when `key` is its bytes as Latin-1 text.
 */
export function slotTag(key: string, word: Word = key): string {
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
