import { createHash } from 'node:crypto';

/** Returns a file name for a text of any length: the first 40 hexadecimal digits of its SHA-256. */
export function fileNameOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 40);
}
