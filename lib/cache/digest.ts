import { createHash } from 'node:crypto';
import type { Checksum } from './file.ts';

/** A name for a text of any length. */
export function nameOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 40);
}

/** The checksum of what is kept beside compiled code; node:zlib has a quicker one, but not in each runtime. */
export const checksum: Checksum = (content) => createHash('sha1').update(content).digest().readUInt32LE(0);
