import { createHash } from 'node:crypto';

/** A file's name for a text of any length. */
export function nameOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 40);
}
