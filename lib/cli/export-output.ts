import { open, realpath, rename, rm, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { GantzError } from '../contract/errors.ts';
import type { Output } from '../contract/process.ts';
import { reasonOf } from '../contract/system-error.ts';

/** Where an export is written. */
export type ExportOutput = {
  /** Resolves when more may be written. */
  write(text: string): Promise<void>;
  /** Called at the end of a whole export. */
  finish(): Promise<void>;
  /** Called at the end of an export that failed, also after `finish`. */
  discard(): Promise<void>;
};

/** Writes to a stream, and waits while its reader is slower. An abort ends the wait. */
export function streamOutput(output: Output, signal: AbortSignal): ExportOutput {
  return {
    async write(text) {
      if (output.write(text) !== false || !output.once) return;
      await new Promise<void>((resolvePromise, reject) => {
        const abort = (): void => reject(signal.reason as Error);
        output.once?.('drain', () => {
          signal.removeEventListener('abort', abort);
          resolvePromise();
        });
        if (signal.aborted) abort();
        else signal.addEventListener('abort', abort, { once: true });
      });
    },
    finish: () => Promise.resolve(),
    discard: () => Promise.resolve(),
  };
}

/**
 * Opens a file to write to. A regular file appears, or is replaced, when the export is whole. Throws USAGE when it cannot be
 * written.
 */
export async function fileOutput(path: string, cwd: string): Promise<ExportOutput> {
  const file = resolve(cwd, path);
  const explain = (cause: unknown): GantzError =>
    new GantzError('USAGE', `Cannot write ${file}: ${reasonOf(cause)}`, { cause });
  try {
    const existing = await stat(file).catch(() => undefined);
    if (existing && !existing.isFile()) {
      if (existing.isDirectory()) throw new GantzError('USAGE', `${file} is a folder`);
      const device = await open(file, 'w');
      return {
        write: (text) => device.appendFile(text),
        finish: () => device.close(),
        discard: () => device.close().catch(() => undefined),
      };
    }
    const target = existing ? await realpath(file) : file;
    const unfinished = `${target}.${process.pid}.part`;
    const handle = await open(unfinished, 'wx', existing ? existing.mode : 0o600);
    const attempt = async (work: () => Promise<unknown>): Promise<void> => {
      await work().catch((error: unknown) => {
        throw explain(error);
      });
    };
    return {
      write: (text) => attempt(() => handle.appendFile(text)),
      finish: () =>
        attempt(async () => {
          await handle.sync();
          await handle.close();
          await rename(unfinished, target);
        }),
      async discard() {
        await handle.close().catch(() => undefined);
        await rm(unfinished, { force: true });
      },
    };
  } catch (error) {
    throw error instanceof GantzError ? error : explain(error);
  }
}
