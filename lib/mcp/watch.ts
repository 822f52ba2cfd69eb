import { watch, type FSWatcher } from 'node:fs';
import { realpath } from 'node:fs/promises';
import { basename, dirname } from 'node:path';

/** How long the files must be left alone before a change counts: editors write in several steps. */
const QUIET_MS = 50;

/**
 * Calls back once files have changed, or appeared again. Their folders are watched, since many editors put a new file in
 * the place of the old one, and the folders of what symbolic links lead to. A folder that cannot be watched is passed to
 * `onProblem`. Keeps no process alive.
 */
export async function watchFiles(
  files: readonly string[],
  onChange: () => void,
  onProblem: (error: unknown) => void,
): Promise<() => void> {
  const namesOf = new Map<string, Set<string>>();
  for (const file of files) {
    for (const path of new Set([file, await realpath(file).catch(() => file)])) {
      const folder = dirname(path);
      namesOf.set(folder, (namesOf.get(folder) ?? new Set()).add(basename(path)));
    }
  }
  let timer: NodeJS.Timeout | undefined;
  const changed = (): void => {
    clearTimeout(timer);
    timer = setTimeout(onChange, QUIET_MS);
    timer.unref();
  };
  const watchers: FSWatcher[] = [];
  for (const [folder, names] of namesOf) {
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
  return () => {
    clearTimeout(timer);
    for (const watcher of watchers) watcher.close();
  };
}
