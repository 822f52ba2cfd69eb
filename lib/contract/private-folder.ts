import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Makes a folder that only this user can enter, unless it exists, and at most `levels` - 1 of the folders above it in the
 * same way. Returns true when the folder above was missing, too. Throws the error of the system. Node's `recursive` never
 * ends where each level is ENOENT, as below /proc.
 */
export function makePrivateFolder(path: string, levels = Infinity): boolean {
  try {
    makeUnlessThere(path);
    return false;
  } catch (error) {
    if (codeOf(error) !== 'ENOENT' || levels === 1) throw error;
  }
  makePrivateFolder(dirname(path), levels - 1);
  makeUnlessThere(path);
  return true;
}

/** Makes one folder. Another process may make the same folder at the same time. */
function makeUnlessThere(path: string): void {
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
