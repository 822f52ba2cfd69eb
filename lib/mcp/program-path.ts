import { access, realpath } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { Process } from '../contract/process.ts';

/** Returns the absolute path of `bin/gantz`, or of this executable when no `bin/gantz` is in a folder above it. */
export async function programPath(process: Process): Promise<string> {
  const { execPath } = globalThis.process;
  const isRuntime = /^(node|bun)(\.exe)?$/.test(basename(execPath));
  const started = isRuntime ? resolve(process.cwd(), process.argv[1] ?? 'gantz') : execPath;
  const program = await realpath(started).catch(() => started);
  for (let folder = dirname(program); ; folder = dirname(folder)) {
    const launcher = join(folder, 'bin', 'gantz');
    if (await exists(launcher)) return launcher;
    if (folder === dirname(folder)) return program;
  }
}

async function exists(file: string): Promise<boolean> {
  return await access(file).then(
    () => true,
    () => false,
  );
}
