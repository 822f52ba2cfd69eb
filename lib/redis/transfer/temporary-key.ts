import type { Word } from '../commands.ts';
import { slotTag } from '../slot-tag.ts';

/**
 * Returns the key under which a structure is built before it is renamed: `<namespace>:import:<id>:{<tag>}<key>`. It is in
 * the cluster slot of the key, and no other key has the same one. `id` is that of the import.
 */
export function temporaryKey(namespace: string, id: string, key: Word): Word {
  const prefix = `${namespace}:import:${id}:`;
  if (typeof key === 'string') return `${prefix}{${slotTag(key)}}${key}`;
  // In Latin-1, each byte is one character.
  const text = key.toString('latin1');
  return Buffer.from(`${prefix}{${slotTag(text, key)}}${text}`, 'latin1');
}
