import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { OlderClient, OlderStdioClientTransport } from '../helpers/older-mcp-sdk.ts';
import { PROGRAM } from '../helpers/run-program.ts';
import type { CallOptions, ToolResult } from './result.ts';

/** SDK 2.x with protocol version 2026-07-28, SDK 2.x with 2025-11-25, and SDK 1.x. */
export const CLIENTS = ['2026', '2025', 'sdk 1'] as const;
export type ClientName = (typeof CLIENTS)[number];

type ListedTool = {
  name: string;
  description?: string | undefined;
  inputSchema: unknown;
  outputSchema?: unknown;
  annotations?: unknown;
};

/** What the tests do with every client. */
export type Agent = {
  list(): Promise<ListedTool[]>;
  call(name: string, input?: Record<string, unknown>, options?: CallOptions): Promise<ToolResult>;
  /** How many list_changed notifications have arrived. */
  readonly changes: () => number;
  readonly pid: number;
  readonly stderr: () => string;
  close(): Promise<void>;
};

export type ConnectOptions = {
  client?: ClientName;
  args?: readonly string[];
  /** Words after `mcp`. */
  flags?: readonly string[];
  env?: Record<string, string>;
  cwd?: string;
};

const INFO = { name: 'gantz-tests', version: '1.0.0' };

/** Starts `gantz mcp` and connects a client to it. */
export async function connect({
  client = '2025',
  args = [],
  flags = [],
  env = {},
  cwd = '/',
}: ConnectOptions = {}): Promise<Agent> {
  const parameters = {
    command: PROGRAM,
    args: [...args, 'mcp', ...flags],
    env: { PATH: process.env['PATH'] ?? '', HOME: '/dev/null', ...env },
    cwd,
    stderr: 'pipe' as const,
  };
  return client === 'sdk 1' ? await connectOlder(parameters) : await connectCurrent(parameters, client);
}

type Parameters = {
  command: string;
  args: string[];
  env: Record<string, string>;
  cwd: string;
  stderr: 'pipe';
};

async function connectCurrent(parameters: Parameters, era: '2025' | '2026'): Promise<Agent> {
  let changes = 0;
  const client = new Client(INFO, {
    versionNegotiation: { mode: era === '2026' ? { pin: '2026-07-28' } : 'legacy' },
    listChanged: { tools: { onChanged: () => (changes += 1), autoRefresh: false, debounceMs: 0 } },
  });
  const transport = new StdioClientTransport(parameters);
  const stderr = collect(transport.stderr);
  await client.connect(transport);
  return {
    list: async () => (await client.listTools()).tools,
    call: async (name, input = {}, options) =>
      (await client.callTool({ name, arguments: input }, options)) as ToolResult,
    changes: () => changes,
    pid: transport.pid ?? 0,
    stderr,
    close: () => client.close(),
  };
}

async function connectOlder(parameters: Parameters): Promise<Agent> {
  let changes = 0;
  const client = new OlderClient(INFO, {
    listChanged: { tools: { onChanged: () => (changes += 1), autoRefresh: false, debounceMs: 0 } },
  });
  const transport = new OlderStdioClientTransport(parameters);
  const stderr = collect(transport.stderr);
  await client.connect(transport);
  return {
    list: async () => (await client.listTools()).tools,
    call: async (name, input = {}, options) =>
      (await client.callTool({ name, arguments: input }, undefined, options)) as ToolResult,
    changes: () => changes,
    pid: transport.pid ?? 0,
    stderr,
    close: () => client.close(),
  };
}

function collect(stream: NodeJS.EventEmitter | null): () => string {
  let text = '';
  stream?.on('data', (chunk: Buffer) => (text += chunk.toString()));
  return () => text;
}

/** Returns true while a process exists; a zombie counts. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
