import { spawn } from 'node:child_process';
import { closeSync, fstatSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { GantzError } from '../../contract/errors.ts';
import type { Environment } from '../../contract/process.ts';
import { findServerBinary } from './binary.ts';
import { takeLock } from './lock.ts';
import { embeddedPaths, explainFolderError, createFolders, type EmbeddedPaths } from './paths.ts';
import { poll, type WaitLimits } from './poll.ts';
import { readRunning, recordOf, writeRecord } from './process-record.ts';
import { sendCommand } from './send-command.ts';
import { readInfo } from './info.ts';
import { checkData, explainLoading, recordWriter } from './writer.ts';

/** How long a running server without a socket may still be starting. */
const STARTING_MS = 1000;

/**
 * Makes sure that the embedded server runs. It waits when another process is starting the server, and starts the server
 * when none runs. The server has loaded its data afterwards.
 *
 * Throws REDIS_NOT_INSTALLED when there is no binary, NOT_RUNNABLE when the folder or the data in it cannot be used,
 * REDIS_UNAVAILABLE when the server does not start, and TIMEOUT at the deadline.
 */
export async function ensureServer({
  env,
  notice,
  ...limits
}: WaitLimits & { env: Environment; notice: (text: string) => void }): Promise<void> {
  const binary = findServerBinary(env);
  const paths = embeddedPaths(env);
  createFolders(paths);
  try {
    await startLocked(binary, paths, env, notice, limits);
  } catch (error) {
    throw explainFolderError(error);
  }
}

/** Starts the server unless it runs. The lock makes sure that only one process does so at a time. */
async function startLocked(
  binary: string,
  paths: EmbeddedPaths,
  env: Environment,
  notice: (text: string) => void,
  limits: WaitLimits,
): Promise<void> {
  const release = await takeLock(paths.stateFolder, 'start', limits);
  try {
    if (await hasLoaded(paths, limits)) return;
    await stopUnreachable(paths, limits);
    await start(binary, paths, env, limits);
  } finally {
    release();
  }
  notice(
    `Started a private Redis on ${paths.socketPath} (data in ${paths.dataFolder}). It keeps running for later calls ` +
      'until `gantz redis stop`. To use a server of your own, set REDIS_URL=redis://host:port.',
  );
}

/** Returns the path of the file that stores the process of the server. */
export function serverRecordPath({ stateFolder }: EmbeddedPaths): string {
  return join(stateFolder, 'server.json');
}

/**
 * Returns true when a server replies on the socket, false when none listens. Throws TIMEOUT when the server does not
 * reply.
 */
async function accepts(paths: EmbeddedPaths, limits: WaitLimits): Promise<boolean> {
  return (await ping(paths, limits)) !== undefined;
}

/** Waits while the server loads its data. Returns false when none listens, or when it ended because it cannot read them. */
async function hasLoaded(paths: EmbeddedPaths, limits: WaitLimits): Promise<boolean> {
  return await poll(
    async () => {
      const reply = await ping(paths, limits);
      return reply === undefined ? false : !reply.startsWith('-LOADING') || undefined;
    },
    limits,
    'Loading the data of the embedded Redis',
  );
}

/** Returns the reply to a PING, undefined when no server listens. Throws TIMEOUT when the server does not reply. */
async function ping(
  { socketPath }: EmbeddedPaths,
  { deadline, signal }: WaitLimits,
): Promise<string | undefined> {
  try {
    return await sendCommand(socketPath, 'PING', Math.max(1, deadline.remainingMs()), signal);
  } catch (error) {
    signal?.throwIfAborted();
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ETIMEDOUT') throw deadline.error('Connecting to the embedded Redis');
    return undefined;
  }
}

/**
 * Stops a server that runs without a socket: the file was removed, or the server is shutting down. It must end before
 * another server opens the same data.
 */
async function stopUnreachable(paths: EmbeddedPaths, limits: WaitLimits): Promise<void> {
  const path = serverRecordPath(paths);
  if (!readRunning(path)) return;
  const giveUpAt = performance.now() + STARTING_MS;
  const opened = await poll(
    async () =>
      (await accepts(paths, limits))
        ? true
        : performance.now() > giveUpAt || !readRunning(path)
          ? false
          : undefined,
    limits,
    'Connecting to the embedded Redis',
  );
  if (opened) return;
  const running = readRunning(path);
  if (!running) return;
  process.kill(running.pid, 'SIGTERM');
  await poll(
    () => (readRunning(path) ? undefined : true),
    limits,
    'Stopping an embedded Redis without a socket',
  );
}

async function start(
  binary: string,
  paths: EmbeddedPaths,
  env: Environment,
  limits: WaitLimits,
): Promise<void> {
  if (await accepts(paths, limits)) return;
  await checkData(paths, binary);
  const log = openSync(paths.logPath, 'a', 0o600);
  const logStart = fstatSync(log).size;
  // The server inherits no open file and no environment. Otherwise a pipe of the caller would stay open as long as the
  // server runs, and secrets of the environment would stay in its memory.
  const server = spawn(binary, serverArguments(paths), {
    cwd: paths.dataFolder,
    detached: true,
    stdio: streams(log),
    env: { PATH: env['PATH'] },
  });
  closeSync(log);
  let failure: string | undefined;
  server.once('error', (error) => (failure = error.message));
  server.once('exit', (code, signal) => (failure = `it ended with ${signal ?? `status ${code ?? '?'}`}`));
  server.unref();
  const record = server.pid === undefined ? undefined : recordOf(server.pid);
  try {
    if (record) writeRecord(serverRecordPath(paths), record);
  } catch (error) {
    // Without a record, no later call could find this server to stop it.
    server.kill();
    throw error;
  }
  await poll(
    async () => {
      if (failure !== undefined) throw notStarted(binary, paths, logOf(paths, logStart), failure);
      const reply = await ping(paths, limits);
      // A server that cannot read its data ends while it loads them.
      return reply === undefined || reply.startsWith('-LOADING') ? undefined : true;
    },
    limits,
    'Starting the embedded Redis',
  );
  server.removeAllListeners();
  const info = await readInfo(paths, limits.deadline);
  if (info) recordWriter(paths, info.engine);
}

/**
 * Returns the `stdio` option of spawn. In the server, the log replaces every open file that this process inherited. Node
 * itself closes only inherited files with low numbers in its children. The server would keep the others open, and a
 * program that waits for the end of such a pipe would wait for the server.
 */
function streams(log: number): ('ignore' | number)[] {
  const inherited = openFiles().filter((fd) => fd > 2 && fd < 1024 && isOpen(fd));
  // Beyond the first three, 'ignore' leaves a number unused.
  const ignored = Array.from({ length: Math.max(2, ...inherited) + 1 }, () => 'ignore' as const);
  return ignored.map((ignore, fd) => (fd === 1 || fd === 2 || inherited.includes(fd) ? log : ignore));
}

/** Returns the numbers of this process' open files; none where the system does not list them. */
function openFiles(): number[] {
  try {
    return readdirSync('/dev/fd').map(Number);
  } catch {
    return [];
  }
}

/** Returns true when the file is open. The file that listed the folder is closed again by now. */
function isOpen(fd: number): boolean {
  try {
    fstatSync(fd);
    return true;
  } catch {
    return false;
  }
}

function serverArguments({ socketPath, dataFolder }: EmbeddedPaths): string[] {
  const socket = ['--port', '0', '--unixsocket', socketPath, '--unixsocketperm', '700'];
  const data = ['--dir', dataFolder, '--appendonly', 'yes', '--save', ''];
  return [...socket, ...data, '--daemonize', 'no', '--logfile', ''];
}

function notStarted(binary: string, paths: EmbeddedPaths, log: string, failure: string): GantzError {
  const reason = log.trimEnd().split('\n').at(-1) || failure;
  return (
    explainLoading(paths, log) ??
    new GantzError('REDIS_UNAVAILABLE', `The embedded Redis (${binary}) did not start: ${reason}`, {
      hint: `See its log, ${paths.logPath}.`,
      retryable: false,
    })
  );
}

/** Returns the text of the log without its first `start` bytes, which earlier servers wrote. */
function logOf({ logPath }: EmbeddedPaths, start: number): string {
  return readFileSync(logPath).subarray(start).toString();
}
