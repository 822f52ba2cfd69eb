import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { endOf, endWithTests } from './children.ts';
import type { Run } from './run-main.ts';

/** The path of the program to test: GANTZ_TEST_PROGRAM, or bin/gantz. */
export const PROGRAM = process.env['GANTZ_TEST_PROGRAM'] ?? join(import.meta.dirname, '../../bin/gantz');

/** Both programs: the executable, and the package for Node. */
export const PROGRAMS = [
  { name: 'the executable', path: join(import.meta.dirname, '../../bin/gantz') },
  { name: 'Node', path: join(import.meta.dirname, '../../dist/node/gantz.cjs') },
] as const;

/** `cwd` is `/` when absent, and `program` PROGRAM. */
export type ProgramOptions = {
  program?: string;
  env?: Record<string, string | undefined>;
  stdin?: string | Uint8Array;
  cwd?: string;
};

/** Runs the program as a process with only PATH and `env` as its environment, and waits for its end. */
export async function runProgram(
  argv: readonly string[],
  { program = PROGRAM, env = {}, stdin = '', cwd = '/' }: ProgramOptions = {},
): Promise<Run> {
  const child = endWithTests(
    spawn(program, argv, {
      cwd,
      env: { PATH: process.env['PATH'], HOME: '/dev/null', ...env },
      stdio: 'pipe',
    }),
  );
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
  child.stdin.on('error', () => undefined);
  child.stdin.end(stdin);
  const status = await endOf(child, {
    what: () => `the end of gantz ${argv.join(' ').slice(0, 200)}; stderr: ${Buffer.concat(err).toString()}`,
  });
  return {
    stdout: Buffer.concat(out).toString(),
    stderr: Buffer.concat(err).toString(),
    exitCode: status ?? 129,
  };
}
