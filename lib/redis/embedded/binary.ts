import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { GantzError } from '../../errors.ts';
import type { Environment } from '../../contract/process.ts';

/** The programs that serve, the preferred one first. */
const NAMES = ['redis-server', 'valkey-server'];

/** The path of the server's program: `$GANTZ_REDIS_SERVER`, else the first found on PATH; REDIS_NOT_INSTALLED when there is none. */
export function findServer(env: Environment): string {
  const wanted = env['GANTZ_REDIS_SERVER'];
  const found = (wanted ? [wanted] : NAMES).flatMap((name) => findProgram(name, env['PATH']) ?? [])[0];
  if (found !== undefined) return found;
  const message = wanted
    ? `GANTZ_REDIS_SERVER names ${wanted}, which is no program`
    : 'There is no redis-server or valkey-server on PATH';
  throw new GantzError('REDIS_NOT_INSTALLED', message, {
    hint: `Install one: ${installCommand(env['PATH'])}. Or set REDIS_URL to a server that runs.`,
  });
}

function findProgram(name: string, path = ''): string | undefined {
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

/** The command that installs a server on this platform. */
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
  const standard = `${path ?? ''}${delimiter}/usr/bin${delimiter}/sbin${delimiter}/bin`;
  const known = commands.find(([manager]) => findProgram(manager, standard));
  return (
    known?.[1] ??
    (existsSync('/etc/debian_version')
      ? 'sudo apt-get install redis-server'
      : 'see https://redis.io/docs/latest/operate/oss_and_stack/install/')
  );
}
