import { spawn, type ChildProcess } from 'node:child_process';
import type { Readable } from 'node:stream';
import type { Call } from '../../contract/call.ts';
import { GantzError, toGantzError, withOutcome } from '../../contract/errors.ts';
import { LineSplitter } from '../../json/lines.ts';
import { adopt, endGroup } from './process-group.ts';

export type ProcessOptions = {
  file: string;
  args: readonly string[];
  cwd: string;
  env: Readonly<Record<string, string>>;
  /** What it reads; nothing when absent. */
  stdin: string | undefined;
  call: Call;
  /** The most that its standard output may hold, in bytes. */
  maxOutputBytes: number;
  /** Who it is, for messages. */
  what: string;
};

/** What a process that ended by itself left behind. */
export type Ended = {
  stdout: string;
  /** The last 4 KiB. */
  stderr: string;
  exitCode: number | null;
  signal: NodeJS.Signals | null;
};

const STDERR_BYTES = 4096;
// A line without an end is reported in parts of about this size, so that it is not held in memory twice.
const MAX_LINE_BYTES = 64 * 1024;
// How long a pipe that outlives its script must be silent to count as drained, and the most that is waited for that.
const QUIET_MS = 50;
const DRAIN_MS = 500;

/**
 * Runs a program in a process group of its own and waits for its end. At the deadline (TIMEOUT), when the caller
 * cancels, and when it writes too much (OUTPUT_TOO_LARGE) the whole group is ended. What the program leaves running in
 * the background keeps running after it ends by itself, but is not waited for. Throws what `spawn` throws.
 */
export async function runProcess({
  file,
  args,
  cwd,
  env,
  stdin,
  call,
  maxOutputBytes,
  what,
}: ProcessOptions): Promise<Ended> {
  const { deadline, signal } = call;
  if (signal?.aborted) throw toGantzError(signal.reason);
  if (deadline.remainingMs() === 0) throw deadline.error(what);
  const child = spawn(file, args, {
    cwd,
    env: { ...env },
    detached: true,
    windowsHide: true,
    stdio: [stdin === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  });
  const release = adopt(child);
  let stop: (reason: GantzError) => void = () => undefined;
  const stopped = new Promise<GantzError>((resolve) => (stop = resolve));
  const timer = setTimeout(() => stop(withOutcome(deadline.error(what), 'unknown')), deadline.remainingMs());
  const onAbort = () => stop(withOutcome(toGantzError(signal?.reason), 'unknown'));
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    const output = collect(child, call, maxOutputBytes, () => {
      stop(
        new GantzError('OUTPUT_TOO_LARGE', `${what} wrote more than ${maxOutputBytes} bytes`, {
          outcome: 'unknown',
          hint: 'Allow more with --max-output (before the tool name), or have it write less.',
        }),
      );
    });
    child.stdin?.on('error', ignore).end(stdin);
    const end = await Promise.race([ended(child), stopped]);
    if (end instanceof GantzError) {
      await endGroup(child);
      const { stderr } = output();
      throw stderr === '' ? end : withFields(end, { ...end.fields, stderr });
    }
    return { ...output(), ...end };
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
    release();
    for (const stream of [child.stdin, child.stdout, child.stderr]) stream?.destroy();
  }
}

function ignore(): void {
  // A program may end before it has read its input.
}

/** Gathers both streams as they come; gives a function that says what there is so far. */
function collect(
  { stdout, stderr }: ChildProcess,
  call: Call,
  maxOutputBytes: number,
  onTooMuch: () => void,
): () => { stdout: string; stderr: string } {
  const chunks: Buffer[] = [];
  let size = 0;
  let tail: Buffer = Buffer.alloc(0);
  listen(stdout, 'stdout', call, (chunk) => {
    size += chunk.length;
    if (size > maxOutputBytes) onTooMuch();
    else chunks.push(chunk);
  });
  listen(stderr, 'stderr', call, (chunk) => {
    tail = Buffer.concat([tail, chunk]);
    if (tail.length > STDERR_BYTES) tail = tail.subarray(tail.length - STDERR_BYTES);
  });
  return () => ({
    stdout: Buffer.concat(chunks).toString('utf8'),
    stderr: fromCharacter(tail).toString('utf8'),
  });
}

function listen(stream: Readable | null, name: string, call: Call, take: (chunk: Buffer) => void): void {
  const lines = new LineSplitter({
    maxBytes: MAX_LINE_BYTES,
    onLine: (message) => call.emit({ event: 'output', stream: name, message }),
  });
  stream
    ?.on('data', (chunk: Buffer) => {
      take(chunk);
      lines.write(chunk);
    })
    .on('end', () => lines.end())
    .on('error', ignore);
}

/** A tail without the rest of a character that was cut through. */
function fromCharacter(tail: Buffer): Buffer {
  if (tail.length < STDERR_BYTES) return tail;
  let start = 0;
  while (start < 3 && ((tail[start] ?? 0) & 0xc0) === 0x80) start++;
  return tail.subarray(start);
}

function ended(child: ChildProcess): Promise<{ exitCode: number | null; signal: NodeJS.Signals | null }> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (exitCode, signal) => resolve({ exitCode, signal }));
    child.once('exit', (exitCode, signal) => {
      // A child of the script may hold its pipes open: read what is there, then go on without it.
      const done = () => resolve({ exitCode, signal });
      let quiet = setTimeout(done, QUIET_MS);
      const most = setTimeout(done, DRAIN_MS);
      const onData = () => {
        clearTimeout(quiet);
        quiet = setTimeout(done, QUIET_MS);
      };
      child.stdout?.on('data', onData);
      child.stderr?.on('data', onData);
      child.once('close', () => {
        clearTimeout(quiet);
        clearTimeout(most);
      });
    });
  });
}

function withFields(error: GantzError, fields: Readonly<Record<string, unknown>>): GantzError {
  const { code, message, hint, outcome, retryable, cause } = error;
  return new GantzError(code, message, {
    outcome,
    retryable,
    fields,
    ...(hint !== undefined && { hint }),
    ...(cause !== undefined && { cause }),
  });
}
