import { isAbsolute, join } from 'node:path';
import { parseSwitch } from '../contract/settings.ts';
import type { Environment } from '../contract/process.ts';

/**
 * Returns the cache folder of one build, below `$XDG_CACHE_HOME/gantz` or `~/.cache/gantz`. Returns undefined when
 * there is no cache: the environment names no folder, `GANTZ_CACHE` is off, or the program runs from its sources, which
 * may change (`build` is undefined).
 */
export function cacheFolder(env: Environment, build: string | undefined): string | undefined {
  if (build === undefined || parseSwitch(env['GANTZ_CACHE'] ?? '') === false) return undefined;
  const { XDG_CACHE_HOME: caches, HOME: home } = env;
  const below =
    caches && isAbsolute(caches) ? caches : home && isAbsolute(home) ? join(home, '.cache') : undefined;
  // Compiled code is valid for one JavaScript engine and one processor architecture only.
  const { bun, v8 } = process.versions;
  return below && join(below, 'gantz', `${build}-${bun ?? v8}-${process.arch}`);
}
