import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import type { Success } from '../../lib/contract/envelope.ts';
import type { Failure } from '../../lib/contract/errors.ts';
import { main } from '../../lib/main.ts';
import type { Process } from '../../lib/contract/process.ts';

/** What a run printed, and its exit status. */
export type Run = { stdout: string; stderr: string; exitCode: number };

/** `cwd` is `/` when absent. */
export type RunOptions = {
  env?: Record<string, string | undefined>;
  stdin?: string | Uint8Array | AsyncIterable<Uint8Array>;
  cwd?: string;
};

/** Runs one command line through `main` with a process object of its own. Only PATH comes from the real environment. */
export async function runMain(
  argv: readonly string[],
  { env = {}, stdin = '', cwd = '/' }: RunOptions = {},
): Promise<Run> {
  const out: string[] = [];
  const err: string[] = [];
  const process: Process = {
    argv: ['node', 'gantz', ...argv],
    env: { PATH: globalThis.process.env['PATH'], ...env },
    stdin: Readable.from(
      typeof stdin === 'string' || stdin instanceof Uint8Array ? [Buffer.from(stdin)] : stdin,
    ),
    stdout: { write: (text) => out.push(text) },
    stderr: { write: (text) => err.push(text) },
    cwd: () => cwd,
    on: () => undefined,
    off: () => undefined,
  };
  await main(process);
  return { stdout: out.join(''), stderr: err.join(''), exitCode: Number(process.exitCode ?? 0) };
}

/** Returns the envelope of a run. Fails unless stdout is exactly one line with one JSON object. */
export function envelopeOf({ stdout }: Run): Success | Failure {
  assert.match(stdout, /^[^\n]*\n$/, `stdout is one line: ${JSON.stringify(stdout.slice(0, 300))}`);
  const envelope: unknown = JSON.parse(stdout);
  assert.ok(typeof envelope === 'object' && envelope !== null && 'success' in envelope);
  return envelope as Success | Failure;
}
