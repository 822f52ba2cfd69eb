import { closeSync, constants, fstatSync, lstatSync, openSync, readSync } from 'node:fs';
import { renameSync, unlinkSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { makePrivateFolder } from '../contract/private-folder.ts';
import { removeOldBuilds } from './old-builds.ts';

/** The first bytes of each half. After a power failure a file may hold only zeros, and such a file must be ignored. */
const MARK = Buffer.from('gantz-1\n');

/**
 * Returns the content of a cache file. Returns undefined when the file is absent, belongs to another user, is writable
 * by another user, or is damaged.
 *
 * A file holds its content twice, and is damaged when the halves differ. Comparing them is fast; loading a module that
 * computes a checksum takes a millisecond or more. The function is synchronous because the caller has nothing else to
 * do.
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
    const isIntact = half.subarray(0, MARK.length).equals(MARK) && half.equals(bytes.subarray(half.length));
    return isIntact ? half.subarray(MARK.length) : undefined;
  } catch {
    return undefined;
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

/**
 * Writes a cache file atomically, and creates its folder for this user only. It never throws: when the file cannot be
 * written, there is no cache.
 */
export function writeCacheFile(path: string, content: Uint8Array): void {
  const temporary = `${path}.${process.pid}.${Math.random().toString(36).slice(2)}`;
  try {
    const folder = dirname(path);
    // The folders of a cache file are four levels below the user's home. The home itself is not created.
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
      // The temporary file was not created.
    }
  }
}

/** Returns true when this user owns the file, and neither the group nor others may write to it. */
function isOurs({ uid, mode }: { uid: number; mode: number }): boolean {
  return uid === process.geteuid?.() && (mode & 0o022) === 0;
}
