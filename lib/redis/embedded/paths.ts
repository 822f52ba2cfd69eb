import { lstatSync, type Stats } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { makePrivateFolder } from '../../contract/private-folder.ts';
import { GantzError } from '../../contract/errors.ts';
import type { Environment } from '../../contract/process.ts';

/** The files and folders of the embedded server. */
export type EmbeddedPaths = { stateFolder: string; socketPath: string; dataFolder: string; logPath: string };

/** The longest path of a Unix socket, in bytes. macOS has the lowest limit: 104 with the zero byte at the end. */
const LONGEST_SOCKET_PATH = 103;

/**
 * Returns the paths of this user's embedded server, in `$XDG_STATE_HOME/gantz` or `~/.local/state/gantz`. Throws
 * NOT_RUNNABLE when the environment names no folder and the user has no home folder.
 */
export function embeddedPaths(env: Environment): EmbeddedPaths {
  const base = env['XDG_STATE_HOME']?.startsWith('/')
    ? env['XDG_STATE_HOME']
    : join(env['HOME']?.startsWith('/') ? env['HOME'] : homeFolder(), '.local', 'state');
  const stateFolder = join(base, 'gantz');
  return {
    stateFolder,
    socketPath: shortenSocketPath(join(stateFolder, 'redis.sock')),
    dataFolder: join(stateFolder, 'redis'),
    logPath: join(stateFolder, 'redis.log'),
  };
}

/** Returns the home folder from the user database, for when HOME is not an absolute path. */
function homeFolder(): string {
  try {
    const { homedir } = userInfo();
    if (homedir.startsWith('/')) return homedir;
    throw new Error(`${JSON.stringify(homedir)} is not an absolute path`);
  } catch (cause) {
    throw new GantzError('NOT_RUNNABLE', 'The embedded Redis has no folder: this user has no home folder', {
      hint: 'Set XDG_STATE_HOME to a folder of your own, or REDIS_URL to a running server.',
      cause,
    });
  }
}

/** Returns the user's number. userInfo() would throw for a user without a name, which is common in containers. */
function userId(): number {
  return process.getuid?.() ?? 0;
}

/**
 * Returns the path, or one in a short private folder when it is too long for a socket. A digest of the path names that
 * folder.
 */
function shortenSocketPath(path: string): string {
  if (Buffer.byteLength(path) <= LONGEST_SOCKET_PATH) return path;
  // Not imported: loading it takes longer than the rest of a call, and few paths are too long.
  const { createHash } = process.getBuiltinModule('node:crypto');
  const digest = createHash('sha256').update(path).digest('hex').slice(0, 12);
  const short = join(`gantz-${userId()}-${digest}`, 'redis.sock');
  const inTemporary = join(tmpdir(), short);
  return Buffer.byteLength(inTemporary) <= LONGEST_SOCKET_PATH ? inTemporary : join('/tmp', short);
}

/** Throws NOT_RUNNABLE when another user owns or may enter one of the folders. A folder may be absent. */
export function checkFolders({ stateFolder, socketPath }: EmbeddedPaths): void {
  for (const folder of new Set([stateFolder, dirname(socketPath)])) {
    const found = statOf(folder);
    if (!found) continue;
    const reason = !found.isDirectory()
      ? 'is not a folder'
      : found.uid !== userId()
        ? 'belongs to another user'
        : (found.mode & 0o077) !== 0
          ? 'is open to other users'
          : undefined;
    if (reason === undefined) continue;
    throw new GantzError('NOT_RUNNABLE', `The embedded Redis cannot use the folder ${folder}: it ${reason}`, {
      hint:
        reason === 'is open to other users'
          ? `Run: chmod 700 '${folder}'`
          : 'Set XDG_STATE_HOME to a folder of your own.',
    });
  }
}

function statOf(folder: string): Stats | undefined {
  try {
    return lstatSync(folder, { throwIfNoEntry: false });
  } catch (error) {
    throw explainFolderError(error);
  }
}

/** Creates the folders, for this user only. Throws NOT_RUNNABLE when one cannot be created or is not private. */
export function createFolders(paths: EmbeddedPaths): void {
  try {
    for (const folder of [paths.stateFolder, dirname(paths.socketPath), paths.dataFolder])
      makePrivateFolder(folder);
  } catch (error) {
    throw explainFolderError(error);
  }
  checkFolders(paths);
}

/** Converts a file system error to NOT_RUNNABLE, with the path in the message. Returns any other error unchanged. */
export function explainFolderError(error: unknown): unknown {
  if (!(error instanceof Error && 'syscall' in error)) return error;
  return new GantzError('NOT_RUNNABLE', `The embedded Redis cannot use its folder: ${error.message}`, {
    hint: 'Set XDG_STATE_HOME to a folder that you can write to, or REDIS_URL to a running server.',
    cause: error,
  });
}
