import { watch, type FSWatcher } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';

/** How long the files must stay unchanged before `onChange`, in milliseconds. Editors write in several steps. */
const QUIET_MS = 50;

/** The resolution of file times, in milliseconds. */
const CLOCK_STEP_MS = 20;

/** Options of `watchFiles`. */
export type WatchOptions = {
  /** When the files were read, as `Date.now()`. Changes after this time count, also those before watching began. */
  since: number;
  onChange: () => void;
  /** Called for a folder that cannot be watched. */
  onProblem: (error: unknown) => void;
};

/**
 * Calls `onChange` after files have changed or were created again. It watches the folders of the files, because many editors
 * replace a file by a new one, and the folders of the targets of symbolic links. It does not keep the process alive.
 * Returns a function that stops watching.
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
        // Some platforms do not pass a file name.
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

/** Returns the folders to watch, each with the names of the watched files in it. */
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

/** Compares ctime: a file that was moved to its path has an old mtime but a new ctime. */
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
