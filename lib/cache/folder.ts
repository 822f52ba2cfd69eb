import { isAbsolute, join } from 'node:path';
import { parseSwitch } from '../switch.ts';
import type { Environment } from '../contract/process.ts';

/**
 * The user's own folder for what one build of this program can make again: below `$XDG_CACHE_HOME/gantz` or
 * `~/.cache/gantz`. Undefined when the environment names none, when `GANTZ_CACHE=off` says to do without, and in a
 * checkout that is run from its sources, which may change.
 */
export function cacheFolder(env: Environment, build: string | undefined): string | undefined {
  if (build === undefined || parseSwitch(env['GANTZ_CACHE'] ?? '') === false) return undefined;
  const { XDG_CACHE_HOME: caches, HOME: home } = env;
  const below =
    caches && isAbsolute(caches) ? caches : home && isAbsolute(home) ? join(home, '.cache') : undefined;
  // Compiled code is good for one engine on one kind of processor; the rest can be made again as well.
  const { bun, v8 } = process.versions;
  return below && join(below, 'gantz', `${build}-${bun ?? v8}-${process.arch}`);
}
