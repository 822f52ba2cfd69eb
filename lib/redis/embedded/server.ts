import { spawn } from 'node:child_process';
import { closeSync, fstatSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { GantzError } from '../../errors.ts';
import { ask } from './ask.ts';
import { findServer } from './binary.ts';
import { takeLock } from './lock.ts';
import { embeddedPlace, explainPlaceError, makePlace, type EmbeddedPlace } from './place.ts';
import { poll, type Limits } from './poll.ts';
import { readLiving, recordOf, writeRecord } from './process-record.ts';
import type { Environment } from '../../contract/process.ts';

/** How long a server that was started a moment ago may take to open its socket. */
const OPENING_MS = 1000;

/**
 * Makes sure that the embedded server accepts connections: waits for one that another process starts, replaces one that
 * is gone, starts the first. It may still be loading its data afterwards.
 */
export async function ensureServer({
  env,
  notice,
  ...limits
}: Limits & { env: Environment; notice: (text: string) => void }): Promise<void> {
  const binary = findServer(env);
  const place = embeddedPlace(env);
  makePlace(place);
  try {
    await startOnce(binary, place, env, notice, limits);
  } catch (error) {
    throw explainPlaceError(error);
  }
}

async function startOnce(
  binary: string,
  place: EmbeddedPlace,
  env: Environment,
  notice: (text: string) => void,
  limits: Limits,
): Promise<void> {
  const release = await takeLock(place.stateFolder, 'start', limits);
  try {
    if (await accepts(place, limits)) return;
    await endUnreachable(place, limits);
    await start(binary, place, env, limits);
  } finally {
    release();
  }
  notice(
    `Started a private Redis on ${place.socketPath} (data in ${place.dataFolder}); it stays for the next calls until ` +
      '`gantz redis stop`. To use your own, set REDIS_URL=redis://host:port.',
  );
}

/** The file that remembers the server's process. */
export function serverRecord({ stateFolder }: EmbeddedPlace): string {
  return join(stateFolder, 'server.json');
}

/** Whether something accepts connections on the socket; a server that is there but silent counts until the deadline. */
async function accepts({ socketPath }: EmbeddedPlace, { deadline, signal }: Limits): Promise<boolean> {
  try {
    await ask(socketPath, 'PING', Math.max(1, deadline.remainingMs()), signal);
    return true;
  } catch (error) {
    signal?.throwIfAborted();
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ETIMEDOUT') throw deadline.error('The embedded Redis');
    return false;
  }
}

/**
 * A server that runs but has no socket (someone removed the file, or it is just shutting down) must be gone before
 * another one opens the same data.
 */
async function endUnreachable(place: EmbeddedPlace, limits: Limits): Promise<void> {
  const path = serverRecord(place);
  if (!readLiving(path)) return;
  const giveUpAt = performance.now() + OPENING_MS;
  const opened = await poll(
    async () =>
      (await accepts(place, limits))
        ? true
        : performance.now() > giveUpAt || !readLiving(path)
          ? false
          : undefined,
    limits,
    'The embedded Redis',
  );
  if (opened) return;
  const living = readLiving(path);
  if (!living) return;
  process.kill(living.pid, 'SIGTERM');
  await poll(
    () => (readLiving(path) ? undefined : true),
    limits,
    'Ending an embedded Redis without a socket',
  );
}

async function start(binary: string, place: EmbeddedPlace, env: Environment, limits: Limits): Promise<void> {
  if (await accepts(place, limits)) return;
  const log = openSync(place.logPath, 'a', 0o600);
  const logBegin = fstatSync(log).size;
  // Nothing of the caller's is inherited: a pipe would wait for the server, and secrets of the environment would stay.
  const server = spawn(binary, serverArguments(place), {
    cwd: place.dataFolder,
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
    if (record) writeRecord(serverRecord(place), record);
  } catch (error) {
    // A server that nobody could find again must not stay.
    server.kill();
    throw error;
  }
  await poll(
    async () => {
      if (failure !== undefined)
        throw notStarted(binary, place, lastLine(place.logPath, logBegin) ?? failure);
      return (await accepts(place, limits)) || undefined;
    },
    limits,
    'Starting the embedded Redis',
  );
  server.removeAllListeners();
}

/**
 * The log for every stream, also for those of the caller's that this process was given with a high number: Node keeps only
 * the low ones from its children, and whoever waits for the end of one would wait for the server.
 */
function streams(log: number): ('ignore' | number)[] {
  const given = openFiles().filter((fd) => fd > 2 && fd < 1024 && isOpen(fd));
  // Where 'ignore' stands beyond the first three, nothing is put.
  const ignored = Array.from({ length: Math.max(2, ...given) + 1 }, () => 'ignore' as const);
  return ignored.map((ignore, fd) => (fd === 1 || fd === 2 || given.includes(fd) ? log : ignore));
}

/** The numbers of this process; none where the system does not list them. */
function openFiles(): number[] {
  try {
    return readdirSync('/dev/fd').map(Number);
  } catch {
    return [];
  }
}

/** Not so is the one by which the list itself was read. */
function isOpen(fd: number): boolean {
  try {
    fstatSync(fd);
    return true;
  } catch {
    return false;
  }
}

function serverArguments({ socketPath, dataFolder }: EmbeddedPlace): string[] {
  const socket = ['--port', '0', '--unixsocket', socketPath, '--unixsocketperm', '700'];
  const data = ['--dir', dataFolder, '--appendonly', 'yes', '--save', ''];
  return [...socket, ...data, '--daemonize', 'no', '--logfile', ''];
}

function notStarted(binary: string, { logPath }: EmbeddedPlace, reason: string): GantzError {
  return new GantzError('REDIS_UNAVAILABLE', `The embedded Redis (${binary}) did not start: ${reason}`, {
    hint: `Its log is ${logPath}.`,
    retryable: false,
  });
}

/** The last line that a log was given behind its first bytes. */
function lastLine(path: string, begin: number): string | undefined {
  const lines = readFileSync(path).subarray(begin).toString().trimEnd().split('\n');
  return lines.at(-1) || undefined;
}
