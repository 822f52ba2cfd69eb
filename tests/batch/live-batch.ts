import { PassThrough } from 'node:stream';
import { main } from '../../lib/main.ts';
import type { Process } from '../../lib/contract/process.ts';
import { nextEvent, settled, waitFor } from '../helpers/wait.ts';

type Answer = Record<string, unknown>;

/** A running batch with streams of the test. Every wait is bounded. */
export type LiveBatch = {
  stdin: PassThrough;
  /** Writes values as lines of JSON. */
  send(...lines: unknown[]): void;
  /** Waits for the next answer. */
  answer(): Promise<Answer>;
  /** Waits until stderr matches. */
  said(pattern: RegExp): Promise<void>;
  stdout: PassThrough;
  stderr: () => string;
  signal(name: 'SIGINT' | 'SIGTERM'): void;
  /** Waits until the batch has ended, and returns its exit code. */
  ended(): Promise<number>;
};

/** Starts `gantz batch` in this process. `highWaterMark` is the size of the buffer of stdout, in bytes. */
export function startBatch(
  words: readonly string[],
  {
    env,
    config = 'builtin:redis',
    highWaterMark = 64 * 1024,
  }: { env: Record<string, string>; config?: string; highWaterMark?: number },
): LiveBatch {
  const stdin = new PassThrough();
  const stdout = new PassThrough({ highWaterMark });
  const stderr = new PassThrough();
  const listeners = new Map<string, () => void>();
  let said = '';
  stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const process: Process = {
    argv: [],
    env: { PATH: globalThis.process.env['PATH'], ...env },
    stdin,
    stdout,
    stderr,
    cwd: () => '/',
    on: (event, listener) => void listeners.set(event, listener),
    off: (event) => void listeners.delete(event),
  };
  const end = main(process, ['-c', config, 'batch', ...words]).then(() => {
    stdout.end();
    return Number(process.exitCode);
  });
  let text = '';
  return {
    stdin,
    stdout,
    stderr: () => said,
    ended: () => settled(end, { what: () => `the end of the batch; stderr: ${said}` }),
    send: (...lines) => void stdin.write(lines.map((line) => `${JSON.stringify(line)}\n`).join('')),
    async answer() {
      for (;;) {
        const end = text.indexOf('\n');
        if (end >= 0) {
          const line = text.slice(0, end);
          text = text.slice(end + 1);
          return JSON.parse(line) as Answer;
        }
        const chunk = stdout.read() as Buffer | null;
        if (chunk) text += chunk.toString();
        else await nextEvent(stdout, 'readable', { what: () => `an answer of the batch; stderr: ${said}` });
      }
    },
    async said(pattern) {
      await waitFor(() => pattern.test(said), {
        what: () => `${String(pattern)} on stderr of the batch: ${said}`,
      });
    },
    signal: (name) => listeners.get(name)?.(),
  };
}
