import { watch, type FSWatcher } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';

/** How long the files must be left alone before a change counts: editors write in several steps. */
const QUIET_MS = 50;

/** Clocks of file systems tick in steps. */
const CLOCK_STEP_MS = 20;

export type WatchOptions = {
  /** When the files were read, as `Date.now()`: what changed since, but before they were watched, counts too. */
  since: number;
  onChange: () => void;
  /** Called for a folder that cannot be watched. */
  onProblem: (error: unknown) => void;
};

/**
 * Calls back once files have changed, or appeared again. Their folders are watched, since many editors put a new file in
 * the place of the old one, and the folders of what symbolic links lead to. Keeps no process alive.
 */
export async function watchFiles(
  files: readonly string[],
  { since, onChange, onProblem }: WatchOptions,
): Promise<() => void> {
  let timer: NodeJS.Timeout | undefined;
  const changed = (): void => {
    clearTimeout(timer);
    timer = setTimeout(onChange, QUIET_MS);
    timer.unref();
  };
  const watchers: FSWatcher[] = [];
  for (const [folder, names] of await foldersOf(files)) {
    try {
      const watcher = watch(folder, { persistent: false }, (_, name) => {
        // Some platforms name no file.
        if (name === null || names.has(name)) changed();
      });
      watcher.on('error', onProblem);
      watchers.push(watcher);
    } catch (error) {
      onProblem(error);
    }
  }
  if (await haveChanged(files, since)) changed();
  return () => {
    clearTimeout(timer);
    for (const watcher of watchers) watcher.close();
  };
}

/** The folders to watch, with the names of the files that matter in each. */
async function foldersOf(files: readonly string[]): Promise<Map<string, Set<string>>> {
  const folders = new Map<string, Set<string>>();
  for (const file of files) {
    for (const path of new Set([file, await realpath(file).catch(() => file)])) {
      const names = folders.get(dirname(path)) ?? new Set();
      folders.set(dirname(path), names.add(basename(path)));
    }
  }
  return folders;
}

/** A file that was moved here has an old mtime, but a new ctime. */
async function haveChanged(files: readonly string[], since: number): Promise<boolean> {
  const times = await Promise.all(
    files.map((file) =>
      stat(file).then(
        ({ ctimeMs }) => ctimeMs,
        () => Infinity,
      ),
    ),
  );
  return times.some((time) => time >= since - CLOCK_STEP_MS);
}
