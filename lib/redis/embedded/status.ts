import type { Deadline } from '../../contract/deadline.ts';
import { GantzError } from '../../contract/errors.ts';
import type { Environment } from '../../contract/process.ts';
import { checkFolders, embeddedPaths, type EmbeddedPaths } from './paths.ts';
import { poll } from './poll.ts';
import { processIdentity } from './process-identity.ts';
import { readRunning } from './process-record.ts';
import { sendCommand } from './send-command.ts';
import { serverRecordPath } from './server.ts';

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
  const valkey = info.get('valkey_version');
  return {
    running: true,
    socket,
    data_dir,
    log,
    pid: Number(info.get('process_id')),
    server: valkey === undefined ? 'redis' : 'valkey',
    version: valkey ?? info.get('redis_version') ?? 'unknown',
    memory_bytes: Number(info.get('used_memory')),
    uptime_seconds: Number(info.get('uptime_in_seconds')),
  };
}

/**
 * Stops this user's embedded server, which writes its data first. `stopped` is false when no server was running. Throws
 * TIMEOUT when the server does not end in time, and REDIS_ERROR when it refuses.
 */
export async function stopEmbedded({
  env,
  deadline,
}: {
  env: Environment;
  deadline: Deadline;
}): Promise<{ stopped: boolean; pid?: number }> {
  const paths = embeddedPaths(env);
  checkFolders(paths);
  const info = await readInfo(paths, deadline);
  const pid = info ? Number(info.get('process_id')) : readRunning(serverRecordPath(paths))?.pid;
  if (pid === undefined) return { stopped: false };
  const identity = processIdentity(pid);
  if (info) await shutDown(paths, deadline);
  else process.kill(pid, 'SIGTERM');
  const hasEnded = (): true | undefined =>
    identity === undefined || processIdentity(pid) !== identity ? true : undefined;
  await poll(hasEnded, { deadline }, 'Stopping the embedded Redis');
  return { stopped: true, pid };
}

/** Sends SHUTDOWN. The server replies only when it refuses. */
async function shutDown({ socketPath, logPath }: EmbeddedPaths, deadline: Deadline): Promise<void> {
  let reply: string;
  try {
    reply = await sendCommand(socketPath, 'SHUTDOWN', Math.max(1, deadline.remainingMs()));
  } catch (error) {
    if (codeOf(error) === 'ETIMEDOUT') throw deadline.error('Stopping the embedded Redis');
    return;
  }
  throw new GantzError('REDIS_ERROR', `The embedded Redis refused to stop: ${reply}`, {
    hint: `See its log, ${logPath}.`,
  });
}

/** Returns the fields of INFO; undefined when no server listens. */
async function readInfo(
  { socketPath }: EmbeddedPaths,
  deadline: Deadline,
): Promise<Map<string, string> | undefined> {
  try {
    const text = await sendCommand(socketPath, 'INFO', Math.max(1, deadline.remainingMs()));
    return new Map(
      text.split('\r\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)]),
    );
  } catch (error) {
    if (codeOf(error) === 'ETIMEDOUT') throw deadline.error('Connecting to the embedded Redis');
    return undefined;
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
