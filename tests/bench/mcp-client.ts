import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Command } from './process.ts';

/** A small client of an MCP server on stdio. It costs little, so that the server is measured. */
export type McpClient = {
  /** Calls a tool and waits for the answer. Throws when the call fails. */
  call(name: string, params: unknown): Promise<void>;
  close(): Promise<void>;
};

type Options = { env: Readonly<Record<string, string>>; cwd: string };

/** Starts a server and sends `initialize`. */
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
