import { closeSync, constants, fstatSync, openSync, writeSync } from 'node:fs';
import { reasonOf } from '../../contract/system-error.ts';
import type { LogFile } from './log-file.ts';
import { rotate } from './rotate.ts';

// A pipe without a reader would block the open.
const { O_WRONLY, O_APPEND, O_CREAT, O_NONBLOCK } = constants;
const FLAGS = O_WRONLY | O_APPEND | O_CREAT | O_NONBLOCK;

/**
 * Appends a text that ends with a line end, in one write: the kernel appends the lines of several processes one after another.
 * The path is opened for each line, so the line is in the current file although another program has renamed the one before. Only
 * the owner can read a new file. Throws the error of the system, and an Error when the file is full and cannot
 * be renamed; then the line is written.
 */
export function appendLine(file: LogFile, text: string): void {
  if (append(file, text)) return;
  try {
    rotate(file);
  } catch (cause) {
    throw new Error(`it is full, and cannot be renamed: ${reasonOf(cause)}`, { cause });
  } finally {
    // A file that another process is renaming, or that cannot be renamed, grows beyond its size.
    append({ ...file, maxBytes: Infinity }, text);
  }
}

/** Returns false, without a write, when the file has its full size. */
function append({ path, maxBytes }: LogFile, text: string): boolean {
  const descriptor = openSync(path, FLAGS, 0o600);
  try {
    const facts = fstatSync(descriptor);
    if (!facts.isFile()) throw new Error('it is not a regular file');
    if (facts.size >= maxBytes) return false;
    const bytes = Buffer.from(text);
    const written = writeSync(descriptor, bytes);
    if (written === bytes.length) return true;
    // The disk is full. The next line must not continue this one.
    writeSync(descriptor, '\n');
    throw new Error('no space is left');
  } finally {
    closeSync(descriptor);
  }
}
