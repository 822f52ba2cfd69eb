import { spawn } from 'node:child_process';
import { StringDecoder } from 'node:string_decoder';
import { GantzError, withOutcome } from '../../errors.ts';
import type { Invocation } from '../invocation.ts';
import { within } from '../within.ts';
import { PYTHON_RUNNER } from './python-runner.ts';

/** How a python3 ended: what it answered, and the end of what it printed. */
export type Ended = {
  answer: string;
  exitCode: number | null;
  signal: NodeJS.Signals | null;
  stderr: string;
};

const STDERR_BYTES = 4096;
// How long a child of the handler's own may hold its stderr open after it ended.
const LINGER_MS = 100;

/**
 * Runs the runner in a process group of its own, parameters on stdin, prints as notices. At the deadline, when the caller
 * cancels and when the answer is too long the whole group is killed.
 */
export async function runPython(
  { params, call, environment, maxOutputBytes }: Invocation,
  args: readonly string[],
): Promise<Ended> {
  const child = spawn('python3', ['-X', 'utf8', '-c', PYTHON_RUNNER, ...args], {
    env: { ...environment },
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
  });
  const ended = new Promise<Ended>((resolve, reject) => {
    const answer: Buffer[] = [];
    let length = 0;
    const stderr = new Lines(call.notice);
    child.on('error', (error) => reject(cannotStart(error)));
    // A handler that ends early does not read its parameters to the end; what it is worth is known from its answer.
    child.stdin.on('error', () => undefined);
    child.stdin.end(JSON.stringify(params));
    child.stdout.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length <= maxOutputBytes) return void answer.push(chunk);
      reject(tooLarge(maxOutputBytes));
    });
    child.stderr.on('data', (chunk: Buffer) => stderr.read(chunk));
    child.on('exit', () => {
      // By the immediate, what was already in the pipes has been read.
      setTimeout(() => {
        setImmediate(() => {
          child.stdout.destroy();
          child.stderr.destroy();
        });
      }, LINGER_MS).unref();
    });
    child.on('close', (exitCode, signal) => {
      stderr.end();
      resolve({ answer: Buffer.concat(answer).toString(), exitCode, signal, stderr: stderr.tail() });
    });
  });
  remember(child.pid);
  try {
    return await within(ended, call.deadline, call.signal);
  } catch (error) {
    killGroup(child.pid);
    const interrupted = error instanceof GantzError && (error.code === 'TIMEOUT' || call.signal?.aborted);
    throw interrupted ? withOutcome(error, 'unknown') : error;
  } finally {
    forget(child.pid);
  }
}

/** The groups that end with this program, however it ends by itself. */
const running = new Set<number>();
const killAll = (): void => running.forEach(killGroup);

function remember(pid: number | undefined): void {
  if (pid === undefined) return;
  if (running.size === 0) process.on('exit', killAll);
  running.add(pid);
}

function forget(pid: number | undefined): void {
  if (pid !== undefined) running.delete(pid);
  if (running.size === 0) process.off('exit', killAll);
}

function killGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // It is gone already.
  }
}

function cannotStart(error: Error & { code?: string }): GantzError {
  return error.code === 'ENOENT'
    ? new GantzError('NOT_RUNNABLE', 'There is no python3 on PATH to run this handler', {
        hint: 'Install Python 3 (apt install python3, brew install python).',
      })
    : new GantzError('NOT_RUNNABLE', `python3 cannot be started: ${error.message}`, { cause: error });
}

function tooLarge(limit: number): GantzError {
  return new GantzError('OUTPUT_TOO_LARGE', `The handler returned more than ${limit} bytes`, {
    outcome: 'applied',
    hint: 'Return less, or allow more with --max-output.',
  });
}

/** Hands text on line by line and remembers its end. */
class Lines {
  readonly #give: (line: string) => void;
  readonly #decoder = new StringDecoder('utf8');
  #rest = '';
  #last = Buffer.alloc(0);

  constructor(give: (line: string) => void) {
    this.#give = give;
  }

  read(chunk: Buffer): void {
    this.#last = Buffer.concat([this.#last, chunk]).subarray(-STDERR_BYTES);
    const lines = (this.#rest + this.#decoder.write(chunk)).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.#give(line);
  }

  end(): void {
    const rest = this.#rest + this.#decoder.end();
    this.#rest = '';
    if (rest !== '') this.#give(rest);
  }

  tail(): string {
    return this.#last.toString();
  }
}
