import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const execute = promisify(execFile);

export type RunOptions = { cwd: string; env?: NodeJS.ProcessEnv };

/** Runs a program to its end and returns its stdout. When it fails, throws an error with its stderr. */
export async function run(
  program: string,
  args: readonly string[],
  { cwd, env = process.env }: RunOptions,
): Promise<string> {
  try {
    return (await execute(program, args, { cwd, env, maxBuffer: 64 * 1024 * 1024 })).stdout;
  } catch (error) {
    const stderr = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : '';
    throw new Error(`${program} ${args.join(' ')} failed: ${stderr || String(error)}`, { cause: error });
  }
}
