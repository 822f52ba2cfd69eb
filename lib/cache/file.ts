import { closeSync, constants, fstatSync, lstatSync, openSync, readSync } from 'node:fs';
import { renameSync, unlinkSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { makePrivateFolder } from '../contract/private-folder.ts';
import { removeOldBuilds } from './old-builds.ts';

/** Begins each half, since a disk that lost power may give nothing but zeros. */
const MARK = Buffer.from('gantz-1\n');

/**
 * The content of a cache file, or undefined when there is none that can be trusted: it must belong to this user, be writable
 * by nobody else, and be whole, which is seen by its holding the content twice: comparing takes no time, and loading what
 * computes a checksum takes a millisecond or more. Synchronous, because nothing else could be done meanwhile.
 */
export function readCacheFile(path: string): Buffer | undefined {
  let file: number | undefined;
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    const stat = fstatSync(file);
    if (!stat.isFile() || !isOurs(stat) || stat.size % 2 !== 0) return undefined;
    const bytes = Buffer.allocUnsafeSlow(stat.size);
    for (let length = 0; length < stat.size;) {
      const read = readSync(file, bytes, length, stat.size - length, length);
      if (read === 0) return undefined;
      length += read;
    }
    const half = bytes.subarray(0, stat.size / 2);
    const whole = half.subarray(0, MARK.length).equals(MARK) && half.equals(bytes.subarray(half.length));
    return whole ? half.subarray(MARK.length) : undefined;
  } catch {
    return undefined;
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

/**
 * Keeps content under a path, whole or not at all, in a folder that only this user can enter. What cannot be kept is not:
 * a cache is never a reason to fail.
 */
export function writeCacheFile(path: string, content: Uint8Array): void {
  const temporary = `${path}.${process.pid}.${Math.random().toString(36).slice(2)}`;
  try {
    const folder = dirname(path);
    // What a build keeps of a kind is four levels below the user's home, which is not made.
    const isFirst = makePrivateFolder(folder, 4);
    const stat = lstatSync(folder);
    if (!stat.isDirectory() || !isOurs(stat)) return;
    writeFileSync(temporary, Buffer.concat([MARK, content, MARK, content]), { flag: 'wx', mode: 0o600 });
    renameSync(temporary, path);
    if (isFirst) removeOldBuilds(dirname(folder));
  } catch {
    try {
      unlinkSync(temporary);
    } catch {
      // It was never made.
    }
  }
}

/** Owned by this user, and writable by no group and no other. */
function isOurs({ uid, mode }: { uid: number; mode: number }): boolean {
  return uid === process.geteuid?.() && (mode & 0o022) === 0;
}
