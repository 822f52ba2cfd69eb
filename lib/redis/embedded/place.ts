import { createHash } from 'node:crypto';
import { existsSync, lstatSync, mkdirSync, type Stats } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { GantzError } from '../../errors.ts';
import type { Environment } from '../../contract/process.ts';

/** Where the embedded server lives. */
export type EmbeddedPlace = { stateFolder: string; socketPath: string; dataFolder: string; logPath: string };

/** The shortest limit of a socket's path is that of macOS, with its end mark. */
const LONGEST_SOCKET_PATH = 103;

/** The folders of this user's embedded server: under `$XDG_STATE_HOME/gantz`, else `~/.local/state/gantz`. */
export function embeddedPlace(env: Environment): EmbeddedPlace {
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
export function checkPlace({ stateFolder, socketPath }: EmbeddedPlace): void {
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
export function makePlace(place: EmbeddedPlace): void {
  try {
    for (const folder of [place.stateFolder, dirname(place.socketPath), place.dataFolder]) makeFolder(folder);
  } catch (error) {
    throw explainPlaceError(error);
  }
  checkPlace(place);
}

/** Level by level: where the system answers ENOENT to each of them, as below /proc, Node's `recursive` never ends. */
function makeFolder(path: string): void {
  if (existsSync(path)) return;
  makeFolder(dirname(path));
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    // Another process may have been faster.
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
}

/** What the system refused in the place, its path in the message, as NOT_RUNNABLE; anything else comes back as it is. */
export function explainPlaceError(error: unknown): unknown {
  if (!(error instanceof Error && 'syscall' in error)) return error;
  return new GantzError('NOT_RUNNABLE', `The embedded Redis cannot use its folder: ${error.message}`, {
    hint: 'Set XDG_STATE_HOME to a folder that can be written, or REDIS_URL to a server of your own.',
    cause: error,
  });
}
