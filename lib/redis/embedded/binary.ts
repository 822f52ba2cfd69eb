import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { GantzError } from '../../contract/errors.ts';
import type { Environment } from '../../contract/process.ts';

/** The names of the server binaries. The first one found is used. */
const NAMES = ['redis-server', 'valkey-server'];

/**
 * Returns the path of the server binary: that of `GANTZ_REDIS_SERVER` when it is set, else the first one on PATH.
 * Throws REDIS_NOT_INSTALLED when there is none.
 */
export function findServerBinary(env: Environment): string {
  const wanted = env['GANTZ_REDIS_SERVER'];
  const found = (wanted ? [wanted] : NAMES).flatMap((name) => findExecutable(name, env['PATH']) ?? [])[0];
  if (found !== undefined) return found;
  const message = wanted
    ? `GANTZ_REDIS_SERVER is ${wanted}, which is not an executable file`
    : 'There is no redis-server or valkey-server on PATH';
  throw new GantzError('REDIS_NOT_INSTALLED', message, {
    hint: `Install one: ${installCommand(env['PATH'])}. Or set REDIS_URL to a running server.`,
  });
}

function findExecutable(name: string, path = ''): string | undefined {
  const candidates = name.includes('/')
    ? [resolve(name)]
    : path.split(delimiter).flatMap((folder) => (folder.startsWith('/') ? join(folder, name) : []));
  return candidates.find((candidate) => {
    try {
      accessSync(candidate, constants.X_OK);
      return statSync(candidate).isFile();
    } catch {
      return false;
    }
  });
}

/** Returns the command that installs a server on this platform. */
function installCommand(path: string | undefined): string {
  if (process.platform === 'darwin') return 'brew install redis';
  const commands: readonly (readonly [string, string])[] = [
    ['apt-get', 'sudo apt-get install redis-server'],
    ['dnf', 'sudo dnf install valkey'],
    ['apk', 'sudo apk add redis'],
    ['pacman', 'sudo pacman -S valkey'],
    ['zypper', 'sudo zypper install redis'],
    ['brew', 'brew install redis'],
  ];
  const searchPath = `${path ?? ''}${delimiter}/usr/bin${delimiter}/sbin${delimiter}/bin`;
  const known = commands.find(([manager]) => findExecutable(manager, searchPath));
  return (
    known?.[1] ??
    (existsSync('/etc/debian_version')
      ? 'sudo apt-get install redis-server'
      : 'see https://redis.io/docs/latest/operate/oss_and_stack/install/')
  );
}
