import { Readable } from 'node:stream';
import { main } from '../../lib/main.ts';
import type { Process } from '../../lib/process.ts';

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

/** Starts `gantz serve` on a free port, in this process. */
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
  const listeners = new Map<string, () => void>();
  let said = '';
  let out = '';
  let onSaid: () => void = () => undefined;
  const process: Process = {
    argv: [],
    env: { PATH: globalThis.process.env['PATH'], ...env },
    stdin: Readable.from([]),
    stdout: { write: (text) => (out += text) },
    stderr: {
      write(text) {
        said += text;
        onSaid();
      },
    },
    cwd: () => '/',
    on: (event, listener) => void listeners.set(event, listener),
    off: (event) => void listeners.delete(event),
  };
  const ended = main(process, ['-c', config, command, '--port', '0', ...words]).then(() =>
    Number(process.exitCode),
  );
  const url = await Promise.race([
    new Promise<string>((resolve) => {
      onSaid = () => {
        const [, found] = / on (http:\/\/\S+)/.exec(said) ?? [];
        if (found) resolve(found);
      };
    }),
    ended.then(() => Promise.reject(new Error(`it ended: ${out}${said}`))),
  ]);
  const signal = (name: string): void => listeners.get(name)?.();
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
