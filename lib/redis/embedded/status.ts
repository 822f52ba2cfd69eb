import type { Deadline } from '../../contract/deadline.ts';
import { GantzError } from '../../contract/errors.ts';
import type { Environment } from '../../contract/process.ts';
import { checkFolders, embeddedPaths, type EmbeddedPaths } from './paths.ts';
import { readInfo } from './info.ts';
import { poll } from './poll.ts';
import { processIdentity } from './process-identity.ts';
import { readRunning } from './process-record.ts';
import { sendCommand } from './send-command.ts';
import { serverRecordPath } from './server.ts';

/** How long the server may take to accept writes again, in milliseconds. The pause ends by itself soon after. */
const UNPAUSE_MS = 1000;

/** The state of the embedded server, as `gantz redis status` prints it. Paths are absolute. */
export type EmbeddedStatus = {
  running: boolean;
  socket: string;
  data_dir: string;
  log: string;
  pid?: number;
  server?: 'redis' | 'valkey';
  version?: string;
  memory_bytes?: number;
  uptime_seconds?: number;
  /** `err` while the server cannot write to its append-only file, for example because the disk is full. */
  aof_last_write_status?: string;
  aof_last_bgrewrite_status?: string;
  /** Acknowledged writes that are not in the append-only file yet. */
  aof_buffer_bytes?: number;
};

/**
 * Returns the state of this user's embedded server, and starts none. Throws TIMEOUT when the server does not reply, and
 * NOT_RUNNABLE when its folder cannot be used.
 */
export async function embeddedStatus({
  env,
  deadline,
}: {
  env: Environment;
  deadline: Deadline;
}): Promise<EmbeddedStatus> {
  const paths = embeddedPaths(env);
  checkFolders(paths);
  const { socketPath: socket, dataFolder: data_dir, logPath: log } = paths;
  const info = await readInfo(paths, deadline);
  if (info === undefined) return { running: false, socket, data_dir, log };
  const { fields, engine } = info;
  return {
    running: true,
    socket,
    data_dir,
    log,
    pid: Number(fields.get('process_id')),
    ...engine,
    memory_bytes: Number(fields.get('used_memory')),
    uptime_seconds: Number(fields.get('uptime_in_seconds')),
    aof_last_write_status: fields.get('aof_last_write_status') ?? 'unknown',
    aof_last_bgrewrite_status: fields.get('aof_last_bgrewrite_status') ?? 'unknown',
    aof_buffer_bytes: Number(fields.get('aof_buffer_length') ?? 0),
  };
}

/**
 * Stops this user's embedded server, which writes its data first. `stopped` is false when no server was running. Throws
 * TIMEOUT when the server does not end in time, and REDIS_ERROR when it refuses or, without `force`, when it cannot write
 * its data.
 */
export async function stopEmbedded({
  env,
  deadline,
  force = false,
}: {
  env: Environment;
  deadline: Deadline;
  force?: boolean;
}): Promise<{ stopped: boolean; pid?: number }> {
  const paths = embeddedPaths(env);
  checkFolders(paths);
  const info = await readInfo(paths, deadline);
  const pid = info ? Number(info.fields.get('process_id')) : readRunning(serverRecordPath(paths))?.pid;
  if (pid === undefined) return { stopped: false };
  const identity = processIdentity(pid);
  if (info) {
    if (!force && info.fields.get('loading') !== '1') await finishWrites(paths, deadline);
    await shutDown(paths, deadline);
  } else {
    process.kill(pid, 'SIGTERM');
  }
  const hasEnded = (): true | undefined =>
    identity === undefined || processIdentity(pid) !== identity ? true : undefined;
  await poll(hasEnded, { deadline }, 'Stopping the embedded Redis');
  return { stopped: true, pid };
}

/**
 * Waits until every acknowledged write is in the append-only file, while the server accepts no more. Throws REDIS_ERROR when
 * the server cannot write to the file.
 */
async function finishWrites(paths: EmbeddedPaths, deadline: Deadline): Promise<void> {
  // A server before 6.2 has no WRITE, and accepts writes.
  await send(paths, `CLIENT PAUSE ${Math.ceil(deadline.remainingMs()) + 1000} WRITE`, deadline);
  try {
    await poll(
      async () => {
        const { fields } = (await readInfo(paths, deadline)) ?? {};
        if (!fields) return true;
        if (hasWriteError(fields)) throw writesAtRisk(paths);
        return Number(fields.get('aof_buffer_length') ?? 0) === 0 || undefined;
      },
      { deadline },
      'Writing the data of the embedded Redis',
    );
  } catch (error) {
    await sendCommand(paths.socketPath, 'CLIENT UNPAUSE', UNPAUSE_MS).catch(() => undefined);
    throw error;
  }
}

function hasWriteError(fields: ReadonlyMap<string, string>): boolean {
  return fields.get('aof_enabled') === '1' && fields.get('aof_last_write_status') !== 'ok';
}

function writesAtRisk({ dataFolder, logPath }: EmbeddedPaths): GantzError {
  return new GantzError(
    'REDIS_ERROR',
    `The embedded Redis cannot write its append-only file in ${dataFolder}, and would lose acknowledged writes if it stopped now`,
    {
      hint: `Make the folder writable or free some space on its disk: the server tries again every second. gantz redis stop --force stops it and loses these writes. The log is ${logPath}.`,
    },
  );
}

/** Sends SHUTDOWN. The server replies only when it refuses. */
async function shutDown(paths: EmbeddedPaths, deadline: Deadline): Promise<void> {
  const reply = await send(paths, 'SHUTDOWN', deadline);
  if (reply === undefined) return;
  throw new GantzError('REDIS_ERROR', `The embedded Redis refused to stop: ${reply}`, {
    hint: `See its log, ${paths.logPath}.`,
  });
}

/** Returns the reply to a command; undefined when the server closed the connection without one. */
async function send(
  { socketPath }: EmbeddedPaths,
  command: string,
  deadline: Deadline,
): Promise<string | undefined> {
  try {
    return await sendCommand(socketPath, command, Math.max(1, deadline.remainingMs()));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ETIMEDOUT')
      throw deadline.error('Stopping the embedded Redis');
    return undefined;
  }
}
