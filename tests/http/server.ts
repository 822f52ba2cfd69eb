import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { endWithTests } from '../helpers/children.ts';
import { PROGRAM } from '../helpers/run-program.ts';
import { settled, waitFor } from '../helpers/wait.ts';

/** A running `gantz serve`. */
export type TestServer = {
  url: string;
  port: number;
  stderr(): string;
  signal(name: 'SIGTERM' | 'SIGINT'): void;
  /** Waits until the server has ended, and returns its exit code. */
  ended(): Promise<number>;
  /** Stops the server with SIGTERM, and returns its exit code. */
  stop(): Promise<number>;
  /** POST /mcp/tools/call. */
  call(tool: string, params?: unknown): Promise<{ status: number; result: Record<string, unknown> }>;
};

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
  const child = endWithTests(
    spawn(PROGRAM, ['-c', config, command, '--port', '0', ...words], {
      cwd: '/',
      env: { PATH: process.env['PATH'], HOME: '/nonexistent', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    }),
  );
  let said = '';
  let out = '';
  let url = '';
  let over: string | undefined;
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString();
    url ||= / on (http:\/\/\S+)/.exec(said)?.[1] ?? '';
  });
  const end = new Promise<number>((resolve) => {
    child.once('error', (error) => (over = error.message));
    child.once('close', (code) => {
      over ??= 'it ended';
      resolve(code ?? NaN);
    });
  });
  await waitFor(() => url || over, { what: () => `the URL of gantz ${command}; it printed: ${out}${said}` });
  assert.ok(url, `gantz ${command} did not start: ${over}: ${out}${said}`);
  const ended = (): Promise<number> =>
    settled(end, { what: () => `the end of gantz ${command}; stderr: ${said}` });
  const signal = (name: NodeJS.Signals): void => void child.kill(name);
  return {
    url,
    port: Number(new URL(url).port),
    stderr: () => said,
    signal,
    ended,
    stop() {
      signal('SIGTERM');
      return ended();
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
