import { isAbsolute, join } from 'node:path';

/**
 * The user's own folder for what can be made again, `$XDG_CACHE_HOME/gantz` or `~/.cache/gantz`; undefined when the
 * environment names none, or `GANTZ_CACHE=off` says to do without.
 */
export function cacheFolder(env: Readonly<Record<string, string | undefined>>): string | undefined {
  if (env['GANTZ_CACHE'] === 'off') return undefined;
  const { XDG_CACHE_HOME: caches, HOME: home } = env;
  if (caches && isAbsolute(caches)) return join(caches, 'gantz');
  return home && isAbsolute(home) ? join(home, '.cache/gantz') : undefined;
}
