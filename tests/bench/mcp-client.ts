import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Command } from './process.ts';

/** The least client of an MCP server on stdio, so that what is measured is the server. */
export type McpClient = {
  /** Resolves when the answer of this call has come. */
  call(name: string, params: unknown): Promise<void>;
  close(): Promise<void>;
};

type Options = { env: Readonly<Record<string, string>>; cwd: string };

/** Starts a server and goes through initialize. */
export async function startMcp([file, ...words]: Command, { env, cwd }: Options): Promise<McpClient> {
  const child = spawn(file, words, { env, cwd, stdio: ['pipe', 'pipe', 'inherit'] });
  const exited = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const waiting = new Map<number, { resolve: () => void; reject: (error: Error) => void }>();
  let next = 0;
  createInterface({ input: child.stdout }).on('line', (line) => {
    const message = JSON.parse(line) as { id?: number; error?: unknown; result?: { isError?: boolean } };
    const waiter = message.id === undefined ? undefined : waiting.get(message.id);
    if (message.id === undefined || !waiter) return;
    waiting.delete(message.id);
    if (message.error || message.result?.isError) waiter.reject(new Error(line));
    else waiter.resolve();
  });
  const send = (message: object): void =>
    void child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
  const request = (method: string, params: object): Promise<void> =>
    new Promise((resolve, reject) => {
      const id = next++;
      waiting.set(id, { resolve, reject });
      send({ id, method, params });
    });
  await request('initialize', {
    protocolVersion: '2025-06-18',
    capabilities: {},
    clientInfo: { name: 'bench', version: '1' },
  });
  send({ method: 'notifications/initialized' });
  return {
    call: (name, params) => request('tools/call', { name, arguments: params as object }),
    async close() {
      child.stdin.end();
      const limit = setTimeout(() => child.kill('SIGKILL'), 2000);
      await exited;
      clearTimeout(limit);
    },
  };
}
