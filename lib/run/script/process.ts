import { spawn, type ChildProcess } from 'node:child_process';
import { basename } from 'node:path';
import type { Readable } from 'node:stream';
import type { Call } from '../../contract/call.ts';
import { GantzError, toGantzError, withOutcome } from '../../contract/errors.ts';
import { environmentIn } from '../../contract/span.ts';
import { LineSplitter } from '../../json/lines.ts';
import { endGroup, killAtExit } from './process-group.ts';

export type ProcessOptions = {
  file: string;
  args: readonly string[];
  cwd: string;
  env: Readonly<Record<string, string>>;
  /** Its standard input; empty when absent. */
  stdin: string | undefined;
  call: Call;
  /** The maximum size of its standard output, in bytes. */
  maxOutputBytes: number;
  /** The name of the process in messages. */
  what: string;
};

/** The output and the status of a process that ended by itself. */
export type Ended = {
  stdout: string;
  /** The last 4 KiB of its standard error. */
  stderr: string;
  exitCode: number | null;
  signal: NodeJS.Signals | null;
  pid: number | undefined;
};

const STDERR_BYTES = 4096;
// Shorter scripts are not watched, because starting the watchdog costs as much as they do.
const WATCH_AFTER_MS = 1000;
// A longer line is reported in parts of about this size, so that it is not kept in memory twice.
const MAX_LINE_BYTES = 64 * 1024;
// After a script ends, its background processes may hold its pipes open. They are read until there is no data for SILENCE_MS,
// and at most for DRAIN_MS.
const SILENCE_MS = 50;
const DRAIN_MS = 500;

/**
 * Runs a program in a new process group and waits for its end. The whole group is ended at the deadline (TIMEOUT), when the
 * caller cancels (CANCELLED), and when the output is too large (OUTPUT_TOO_LARGE). When the program ends by itself, its
 * background processes keep running, and are not waited for. When this process is killed, the group of a program that has run
 * for a second is killed, too. Throws what `spawn` throws.
 */
export async function runProcess(options: ProcessOptions): Promise<Ended> {
  const { file, env, call } = options;
  const name = basename(file);
  const span = call.span?.child(name, { 'process.executable.name': name });
  try {
    const ended = await run({ ...options, env: environmentIn(span, env) });
    const { pid, exitCode, signal } = ended;
    span?.end({
      'process.pid': pid,
      'process.exit.code': exitCode ?? undefined,
      'error.type': exitCode === 0 ? undefined : (signal ?? String(exitCode)),
    });
    return ended;
  } catch (thrown) {
    const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : '_OTHER';
    span?.end({ 'error.type': code });
    throw thrown;
  }
}

async function run({
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
  const release = killAtExit(child);
  let unwatch: Promise<() => Promise<void>> | undefined;
  const watchTimer = setTimeout(() => void (unwatch = watchGroup(child)), WATCH_AFTER_MS);
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
          hint: 'Raise the limit with --max-output (before the tool name), or make it write less.',
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
    return { ...output(), ...end, pid: child.pid };
  } finally {
    clearTimeout(timer);
    clearTimeout(watchTimer);
    signal?.removeEventListener('abort', onAbort);
    release();
    await (
      await unwatch
    )?.();
    for (const stream of [child.stdin, child.stdout, child.stderr]) stream?.destroy();
  }
}

async function watchGroup({ pid }: ChildProcess): Promise<() => Promise<void>> {
  if (pid === undefined) return () => Promise.resolve();
  return (await import('./watchdog.ts')).watch(pid);
}

function ignore(): void {
  // The program may end before it reads its input.
}

/** Collects both output streams. Returns a function that returns the output so far. */
function collect(
  { stdout, stderr }: ChildProcess,
  call: Call,
  maxOutputBytes: number,
  onTooLarge: () => void,
): () => { stdout: string; stderr: string } {
  const chunks: Buffer[] = [];
  let size = 0;
  let tail: Buffer = Buffer.alloc(0);
  listen(stdout, 'stdout', call, (chunk) => {
    size += chunk.length;
    if (size > maxOutputBytes) onTooLarge();
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

function listen(stream: Readable | null, name: string, call: Call, onChunk: (chunk: Buffer) => void): void {
  const lines = new LineSplitter({
    maxBytes: MAX_LINE_BYTES,
    onLine: (message) => call.emit({ event: 'output', stream: name, message }),
  });
  stream
    ?.on('data', (chunk: Buffer) => {
      onChunk(chunk);
      lines.write(chunk);
    })
    .on('end', () => lines.end())
    .on('error', ignore);
}

/** Returns a tail without the bytes of a character whose beginning was cut off. */
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
      const done = () => afterRead(() => resolve({ exitCode, signal }));
      let silence = setTimeout(done, SILENCE_MS);
      const drain = setTimeout(done, DRAIN_MS);
      const onData = () => {
        clearTimeout(silence);
        silence = setTimeout(done, SILENCE_MS);
      };
      child.stdout?.on('data', onData);
      child.stderr?.on('data', onData);
      child.once('close', () => {
        clearTimeout(silence);
        clearTimeout(drain);
      });
    });
  });
}

/**
 * Calls a function after the event loop has read what the pipes hold. After a long pause, which the start of many processes
 * causes, the event loop runs timers that are due before it reads. Two steps, because Bun runs the first one before it reads.
 */
function afterRead(then: () => void): void {
  setImmediate(() => setImmediate(then));
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
