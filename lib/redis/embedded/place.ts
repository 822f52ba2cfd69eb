import { createHash } from 'node:crypto';
import { lstatSync, type Stats } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { makePrivateFolder } from '../../contract/private-folder.ts';
import { GantzError } from '../../errors.ts';

/** Where the embedded server lives. */
export type Place = { stateFolder: string; socketPath: string; dataFolder: string; logPath: string };

/** The shortest limit of a socket's path is that of macOS, with its end mark. */
const LONGEST_SOCKET_PATH = 103;

/** The folders of this user's embedded server: under `$XDG_STATE_HOME/gantz`, else `~/.local/state/gantz`. */
export function embeddedPlace(env: Readonly<Record<string, string | undefined>>): Place {
  const base = env['XDG_STATE_HOME']?.startsWith('/')
    ? env['XDG_STATE_HOME']
    : join(env['HOME']?.startsWith('/') ? env['HOME'] : homeFolder(), '.local', 'state');
  const stateFolder = join(base, 'gantz');
  return {
    stateFolder,
    socketPath: shortEnough(join(stateFolder, 'redis.sock')),
    dataFolder: join(stateFolder, 'redis'),
    logPath: join(stateFolder, 'redis.log'),
  };
}

/** What the system knows, since HOME says nothing of use. */
function homeFolder(): string {
  try {
    const { homedir } = userInfo();
    if (homedir.startsWith('/')) return homedir;
    throw new Error(`${JSON.stringify(homedir)} is no path`);
  } catch (cause) {
    throw new GantzError('NOT_RUNNABLE', 'The embedded Redis has no home: this user has none', {
      hint: 'Set XDG_STATE_HOME to a folder of your own, or REDIS_URL to a server that runs.',
      cause,
    });
  }
}

/** Not from userInfo(), which fails for a user without a name, as containers have them. */
function userId(): number {
  return process.getuid?.() ?? 0;
}

/** A path too long for a socket becomes one in a short folder of this user's, told apart by a digest. */
function shortEnough(path: string): string {
  if (Buffer.byteLength(path) <= LONGEST_SOCKET_PATH) return path;
  const digest = createHash('sha256').update(path).digest('hex').slice(0, 12);
  const short = join(`gantz-${userId()}-${digest}`, 'redis.sock');
  const inTemporary = join(tmpdir(), short);
  return Buffer.byteLength(inTemporary) <= LONGEST_SOCKET_PATH ? inTemporary : join('/tmp', short);
}

/** Refuses folders that another user owns or may enter: NOT_RUNNABLE. Folders that are not there yet are fine. */
export function checkPlace({ stateFolder, socketPath }: Place): void {
  for (const folder of new Set([stateFolder, dirname(socketPath)])) {
    const found = look(folder);
    if (!found) continue;
    const problem = !found.isDirectory()
      ? 'is not a folder'
      : found.uid !== userId()
        ? 'belongs to another user'
        : (found.mode & 0o077) !== 0
          ? 'is open to other users'
          : undefined;
    if (problem === undefined) continue;
    throw new GantzError('NOT_RUNNABLE', `The embedded Redis cannot live in ${folder}: it ${problem}`, {
      hint:
        problem === 'is open to other users'
          ? `Run: chmod 700 '${folder}'`
          : 'Set XDG_STATE_HOME to a folder of your own.',
    });
  }
}

function look(folder: string): Stats | undefined {
  try {
    return lstatSync(folder, { throwIfNoEntry: false });
  } catch (error) {
    throw explainPlaceError(error);
  }
}

/** Makes the folders, for this user alone. */
export function makePlace(place: Place): void {
  try {
    for (const folder of [place.stateFolder, dirname(place.socketPath), place.dataFolder])
      makePrivateFolder(folder);
  } catch (error) {
    throw explainPlaceError(error);
  }
  checkPlace(place);
}

/** What the system refused in the place, its path in the message, as NOT_RUNNABLE; anything else comes back as it is. */
export function explainPlaceError(error: unknown): unknown {
  if (!(error instanceof Error && 'syscall' in error)) return error;
  return new GantzError('NOT_RUNNABLE', `The embedded Redis cannot use its folder: ${error.message}`, {
    hint: 'Set XDG_STATE_HOME to a folder that can be written, or REDIS_URL to a server of your own.',
    cause: error,
  });
}
