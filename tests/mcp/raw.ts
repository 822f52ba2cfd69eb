import { spawn } from 'node:child_process';
import { endWithTests } from '../helpers/children.ts';
import { PROGRAM } from '../helpers/run-program.ts';
import { settled, waitFor } from '../helpers/wait.ts';

type Answer = {
  id?: unknown;
  method?: string;
  result?: Record<string, unknown>;
  error?: Record<string, unknown>;
};

/** A client that writes lines unchanged and keeps all output. */
export type RawClient = {
  readonly pid: number;
  send(line: string): void;
  /** Waits for the answer to a request. */
  answer(id: unknown): Promise<Answer>;
  /** All of stdout so far. */
  stdout(): string;
  stderr(): string;
  /** Closes stdin, and resolves to the exit code when the process has ended and its pipes are closed. */
  end(): Promise<number | null>;
  kill(signal: NodeJS.Signals): void;
  /** Waits for the exit code; null when a signal ended the process. */
  exited(): Promise<number | null>;
};

export const INITIALIZE = JSON.stringify({
  jsonrpc: '2.0',
  id: 'initialize',
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'raw', version: '1' } },
});

/** Starts `gantz mcp` without a client library. */
export function startRaw({
  args = [],
  env = {},
  cwd = '/',
}: { args?: readonly string[]; env?: Record<string, string>; cwd?: string } = {}): RawClient {
  const child = endWithTests(
    spawn(PROGRAM, [...args, 'mcp'], {
      cwd,
      env: { PATH: process.env['PATH'], HOME: '/dev/null', ...env },
      stdio: 'pipe',
    }),
  );
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  child.stdin.on('error', () => undefined);
  const end = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code));
  });
  const exited = (): Promise<number | null> =>
    settled(end, { what: () => `the end of gantz mcp; stderr: ${err}` });
  const find = (id: unknown): Answer | undefined =>
    out
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as Answer)
      .find((answer) => answer.id === id && answer.method === undefined);
  return {
    pid: child.pid ?? 0,
    send: (line) => void child.stdin.write(`${line}\n`),
    async answer(id) {
      const what = (): string => `an answer to ${String(id)}; stderr: ${err}`;
      return (await waitFor(() => find(id), { what })) ?? {};
    },
    stdout: () => out,
    stderr: () => err,
    async end() {
      child.stdin.end();
      return await exited();
    },
    kill: (signal) => void child.kill(signal),
    exited,
  };
}
