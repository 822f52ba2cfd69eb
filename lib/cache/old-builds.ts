import { lstatSync, readdirSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

const MONTH_MS = 30 * 24 * 60 * 60 * 1000;

/** The names that folder.ts gives to the folders of builds. */
const BUILD = /^[0-9a-f]{16}-[\w.-]+-\w+$/;

/** Removes the cache folders of other builds that were not changed for 30 days. `folder` is the one of this build. */
export function removeOldBuilds(folder: string): void {
  const caches = dirname(folder);
  for (const name of readdirSync(caches)) {
    const path = join(caches, name);
    if (name === basename(folder) || !BUILD.test(name)) continue;
    const stat = lstatSync(path);
    if (stat.isDirectory() && stat.mtimeMs < Date.now() - MONTH_MS)
      rmSync(path, { recursive: true, force: true });
  }
}
