import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { serveHttp, type ServeOptions } from '../../lib/http/serve.ts';
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
    program = PROGRAM,
  }: {
    env?: Record<string, string>;
    config?: string;
    command?: string;
    program?: string;
  } = {},
): Promise<TestServer> {
  const child = endWithTests(
    spawn(program, ['-c', config, command, '--port', '0', ...words], {
      cwd: '/',
      env: { PATH: process.env['PATH'], HOME: '/dev/null', ...env },
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

/** Serves a manifest in this process, on a free port, with options that the command line does not have. */
export async function serveHere(
  config: string,
  options: ServeOptions,
): Promise<{ port: number; url: string; stop(): Promise<void> }> {
  const stop = new AbortController();
  let found: string | undefined;
  const process = {
    argv: [],
    env: { PATH: globalThis.process.env['PATH'] },
    stdin: (async function* () {})(),
    stdout: { write: () => true },
    stderr: { write: () => true },
    cwd: () => '/',
    on: () => undefined,
    off: () => undefined,
  };
  const context = {
    process,
    options: { config },
    cacheFolder: undefined,
    startedAt: 0,
    signal: stop.signal,
    notice: (text: string) => void (found ??= / on (http:\S+)/.exec(text)?.[1]),
  };
  const ended = serveHttp(context, { port: 0, ...options });
  const started = waitFor(() => found, { what: 'the notice of the address' });
  const url = (await Promise.race([started, ended.then(() => assert.fail('The server ended'))])) ?? '';
  return {
    url,
    port: Number(new URL(url).port),
    async stop() {
      stop.abort();
      await settled(ended, { what: 'the end of the server' });
    },
  };
}
