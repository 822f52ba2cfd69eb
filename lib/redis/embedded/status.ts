import type { Deadline } from '../../deadline.ts';
import { GantzError } from '../../errors.ts';
import { ask } from './ask.ts';
import { checkPlace, embeddedPlace, type EmbeddedPlace } from './place.ts';
import { poll } from './poll.ts';
import { readLiving } from './process-record.ts';
import { processIdentity } from './process-identity.ts';
import { serverRecord } from './server.ts';
import type { Environment } from '../../contract/process.ts';

/** What there is to know of the embedded server. */
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

/** Looks at the embedded server of this user; starts none. */
export async function embeddedStatus({
  env,
  deadline,
}: {
  env: Environment;
  deadline: Deadline;
}): Promise<EmbeddedStatus> {
  const place = embeddedPlace(env);
  checkPlace(place);
  const { socketPath: socket, dataFolder: data_dir, logPath: log } = place;
  const info = await askInfo(place, deadline);
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

/** Ends the embedded server of this user, its data written; `stopped` is false when none ran. */
export async function stopEmbedded({
  env,
  deadline,
}: {
  env: Environment;
  deadline: Deadline;
}): Promise<{ stopped: boolean; pid?: number }> {
  const place = embeddedPlace(env);
  checkPlace(place);
  const info = await askInfo(place, deadline);
  const pid = info ? Number(info.get('process_id')) : readLiving(serverRecord(place))?.pid;
  if (pid === undefined) return { stopped: false };
  const identity = processIdentity(pid);
  if (info) await shutDown(place, deadline);
  else process.kill(pid, 'SIGTERM');
  const gone = (): true | undefined =>
    identity === undefined || processIdentity(pid) !== identity ? true : undefined;
  await poll(gone, { deadline }, 'Stopping the embedded Redis');
  return { stopped: true, pid };
}

/** SHUTDOWN is answered only when it is refused. */
async function shutDown({ socketPath, logPath }: EmbeddedPlace, deadline: Deadline): Promise<void> {
  let answer: string;
  try {
    answer = await ask(socketPath, 'SHUTDOWN', Math.max(1, deadline.remainingMs()));
  } catch (error) {
    if (codeOf(error) === 'ETIMEDOUT') throw deadline.error('Stopping the embedded Redis');
    return;
  }
  throw new GantzError('REDIS_ERROR', `The embedded Redis refused to stop: ${answer}`, {
    hint: `Its log is ${logPath}.`,
  });
}

/** What INFO says, or undefined when nothing listens. */
async function askInfo(
  { socketPath }: EmbeddedPlace,
  deadline: Deadline,
): Promise<Map<string, string> | undefined> {
  try {
    const text = await ask(socketPath, 'INFO', Math.max(1, deadline.remainingMs()));
    return new Map(
      text.split('\r\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)]),
    );
  } catch (error) {
    if (codeOf(error) === 'ETIMEDOUT') throw deadline.error('The embedded Redis');
    return undefined;
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
