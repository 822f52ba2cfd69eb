import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { after } from 'node:test';
import { PROGRAM } from '../helpers/run-program.ts';

/** `gantz serve` under way. */
export type TestServer = {
  url: string;
  port: number;
  stderr(): string;
  signal(name: 'SIGTERM' | 'SIGINT'): void;
  /** Its exit code, when it has ended. */
  ended: Promise<number>;
  /** Ends it, and gives its exit code. */
  stop(): Promise<number>;
  /** POST /mcp/tools/call. */
  call(tool: string, params?: unknown): Promise<{ status: number; result: Record<string, unknown> }>;
};

/** A test that fails stops nothing; what it leaves must not keep this process from ending, and ends with it. */
const running = new Set<ChildProcessByStdio<null, Readable, Readable>>();
after(() => {
  for (const child of running) {
    child.unref();
    for (const stream of [child.stdout, child.stderr]) if (stream instanceof Socket) stream.unref();
  }
});
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** Starts `gantz serve` on a free port. */
export async function startServer(
  words: readonly string[],
  {
    env = {},
    config = 'builtin:redis',
    command = 'serve',
  }: {
    env?: Record<string, string>;
    config?: string;
    command?: string;
  } = {},
): Promise<TestServer> {
  const child = spawn(PROGRAM, ['-c', config, command, '--port', '0', ...words], {
    cwd: '/',
    env: { PATH: process.env['PATH'], HOME: '/nonexistent', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  child.once('close', () => running.delete(child));
  let said = '';
  let out = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  const ended = new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? NaN));
  });
  const url = await Promise.race([
    new Promise<string>((resolve) => {
      child.stderr.on('data', (chunk: Buffer) => {
        said += chunk.toString();
        const [, found] = / on (http:\/\/\S+)/.exec(said) ?? [];
        if (found) resolve(found);
      });
    }),
    ended.then(() => Promise.reject(new Error(`it ended: ${out}${said}`))),
  ]);
  const signal = (name: NodeJS.Signals): void => void child.kill(name);
  return {
    url,
    port: Number(new URL(url).port),
    stderr: () => said,
    signal,
    ended,
    stop() {
      signal('SIGTERM');
      return ended;
    },
    async call(tool, params) {
      const response = await fetch(`${url}/mcp/tools/call`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ tool, params }),
      });
      const { result } = (await response.json()) as { result: Record<string, unknown> };
      return { status: response.status, result };
    },
  };
}
