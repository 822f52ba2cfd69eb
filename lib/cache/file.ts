import { closeSync, constants, fstatSync, lstatSync, mkdirSync, openSync, readSync } from 'node:fs';
import { renameSync, unlinkSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** Tells a damaged content from a whole one: 32 bits. It need not withstand malice; the owner of the file is trusted. */
export type Checksum = (content: Uint8Array) => number;

const MAGIC = 0x67_61_6e_31;
const HEADER_BYTES = 16;

/**
 * The content of a cache file, or undefined when there is none that can be trusted: it must belong to this user, be writable
 * by nobody else, and be whole. Synchronous, because nothing else could be done meanwhile.
 */
export function readCacheFile(path: string, checksum: Checksum): Buffer | undefined {
  let file: number | undefined;
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    const stat = fstatSync(file);
    if (!stat.isFile() || !isOurs(stat) || stat.size < HEADER_BYTES) return undefined;
    const bytes = Buffer.allocUnsafeSlow(stat.size);
    for (let length = 0; length < stat.size;) {
      const read = readSync(file, bytes, length, stat.size - length, length);
      if (read === 0) return undefined;
      length += read;
    }
    const content = bytes.subarray(HEADER_BYTES);
    const whole =
      bytes.readUInt32LE(0) === MAGIC &&
      bytes.readUInt32LE(4) === content.length &&
      bytes.readUInt32LE(8) === checksum(content);
    return whole ? content : undefined;
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
export function writeCacheFile(path: string, content: Uint8Array, checksum: Checksum): void {
  const temporary = `${path}.${process.pid}.${Math.random().toString(36).slice(2)}`;
  try {
    const folder = dirname(path);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const stat = lstatSync(folder);
    if (!stat.isDirectory() || !isOurs(stat)) return;
    const header = Buffer.alloc(HEADER_BYTES);
    header.writeUInt32LE(MAGIC, 0);
    header.writeUInt32LE(content.length, 4);
    header.writeUInt32LE(checksum(content), 8);
    writeFileSync(temporary, Buffer.concat([header, content]), { flag: 'wx', mode: 0o600 });
    renameSync(temporary, path);
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
