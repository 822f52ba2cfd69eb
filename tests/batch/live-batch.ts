import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { main } from '../../lib/main.ts';
import type { Process } from '../../lib/contract/process.ts';

type Answer = Record<string, unknown>;

/** A batch under way, whose ends a test holds in its hands. */
export type LiveBatch = {
  stdin: PassThrough;
  /** Lines given to it. */
  send(...lines: unknown[]): void;
  /** The next answer, once there is one. */
  answer(): Promise<Answer>;
  /** Resolves once stderr has said this. */
  said(pattern: RegExp): Promise<void>;
  stdout: PassThrough;
  stderr: () => string;
  signal(name: 'SIGINT' | 'SIGTERM'): void;
  /** Its exit code, when it has ended. */
  ended: Promise<number>;
};

/** Starts `gantz batch` with streams of its own; `highWaterMark` is how much of stdout may wait for a reader. */
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
  const ended = main(process, ['-c', config, 'batch', ...words]).then(() => {
    stdout.end();
    return Number(process.exitCode);
  });
  let text = '';
  return {
    stdin,
    stdout,
    stderr: () => said,
    ended,
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
        else await once(stdout, 'readable');
      }
    },
    async said(pattern) {
      while (!pattern.test(said)) await once(stderr, 'data');
    },
    signal: (name) => listeners.get(name)?.(),
  };
}
