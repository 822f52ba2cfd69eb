import { closeSync, openSync, renameSync, statSync, unlinkSync } from 'node:fs';
import type { LogFile } from './log-file.ts';

/** How many files are kept besides the current one: FILE.1, the newest, to FILE.5. */
const KEPT = 5;

/** A lock of this age belongs to a process that was killed. Renaming takes less than a millisecond. */
const STALE_MS = 10_000;

/**
 * Renames a full log to FILE.1, FILE.1 to FILE.2 and so on; the oldest file is deleted. Only one of several processes does it, the one that
 * makes FILE.lock. Does nothing when another process is doing it or has done it. Throws the error of the system when files cannot be renamed.
 */
export function rotate({ path, maxBytes }: LogFile): void {
  const lock = `${path}.lock`;
  if (!take(lock)) return;
  try {
    // Another process may have renamed the file since its size was read.
    if ((sizeOf(path) ?? 0) < maxBytes) return;
    for (let index = KEPT; index >= 1; index--) {
      const from = index === 1 ? path : `${path}.${index - 1}`;
      if (sizeOf(from) !== undefined) renameSync(from, `${path}.${index}`);
    }
  } finally {
    unlinkSync(lock);
  }
}

/** Makes the lock. Returns false when another process has it. */
function take(lock: string): boolean {
  try {
    closeSync(openSync(lock, 'wx', 0o600));
    return true;
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    removeStale(lock);
    return false;
  }
}

/** Removes the lock of a process that was killed. A later line finds no lock. */
function removeStale(lock: string): void {
  try {
    if (Date.now() - statSync(lock).mtimeMs > STALE_MS) unlinkSync(lock);
  } catch {
    // Another process has removed it.
  }
}

function sizeOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.size;
}
