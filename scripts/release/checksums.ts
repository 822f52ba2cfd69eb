import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';

/** Returns the SHA-256 of each file in a folder, in hexadecimal digits, by its name. */
export async function checksumsOf(folder: string): Promise<Map<string, string>> {
  const sums = new Map<string, string>();
  for (const name of (await readdir(folder)).sort()) {
    const hash = createHash('sha256');
    await pipeline(createReadStream(join(folder, name)), hash);
    sums.set(name, hash.digest('hex'));
  }
  return sums;
}
