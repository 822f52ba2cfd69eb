import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { endOf, endWithTests } from './children.ts';
import { folderWith } from './folder.ts';
import type { Run } from './run-main.ts';
import { PROGRAM } from './run-program.ts';

/** `cwd` is `/` and `columns` 80 when absent. */
export type TerminalOptions = {
  env?: Record<string, string | undefined>;
  cwd?: string;
  /** The program; PROGRAM when absent. */
  program?: string;
  columns?: number;
  /** Returns what is on stderr as part of `stdout`, because both are the terminal. Otherwise stderr is a file. */
  both?: boolean;
  /** What is typed, before the program reads it. */
  typed?: string;
  /** What is typed when the program has written a text. */
  answer?: { to: string; typed: string };
};

/**
 * Runs the program with a pseudo-terminal as its stdin and stdout, and waits for its end. Only PATH, TERM and `env` are its
 * environment. Python makes the terminal, because Node cannot.
 */
export async function runInTerminal(
  argv: readonly string[],
  {
    env = {},
    cwd = '/',
    program = PROGRAM,
    columns = 80,
    both = false,
    typed = '',
    answer = { to: '', typed: '' },
  }: TerminalOptions = {},
): Promise<Run> {
  const file = both ? '-' : join(folderWith({}), 'stderr');
  const helper = join(import.meta.dirname, 'in_terminal.py');
  const child = endWithTests(
    spawn('python3', [helper, String(columns), file, typed, answer.to, answer.typed, program, ...argv], {
      cwd,
      env: { PATH: process.env['PATH'], HOME: '/dev/null', TERM: 'xterm', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    }),
  );
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
  const status = await endOf(child, {
    what: () => `the end of gantz ${argv.join(' ')}; stderr: ${Buffer.concat(err).toString()}`,
  });
  return {
    stdout: Buffer.concat(out).toString(),
    stderr: both ? '' : readFileSync(file, 'utf8'),
    exitCode: status ?? 129,
  };
}
