import { execFile, spawn } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Bench, Pair, Row, Usage } from './row.ts';

const run = promisify(execFile);

export type Command = readonly [file: string, ...words: string[]];

type Options = { env: Readonly<Record<string, string>>; cwd: string };

/** Runs a process. Returns the milliseconds from its start to its end. Throws when it fails. */
export async function timeOf([file, ...words]: Command, { env, cwd }: Options): Promise<number> {
  const begun = performance.now();
  const child = spawn(file, words, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    if (output.length < 4096) output += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const status = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const took = performance.now() - begun;
  if (status !== 0) throw new Error(`${file} ${words.join(' ')} ended with ${String(status)}: ${output}`);
  return took;
}

/** Runs a process to its end. Returns what it used, by the accounting of the kernel. Throws when it fails. */
async function usageOf({ env }: Bench, command: Command, cwd: string): Promise<Usage> {
  const { stdout } = await run('python3', [join(import.meta.dirname, 'yardsticks/usage.py'), ...command], {
    env,
    cwd,
  });
  const [ms = NaN, cpu = NaN, faults = NaN, kib = NaN] = stdout.split(' ').map(Number);
  return { ms, 'CPU ms': cpu, 'page faults': faults, MiB: kib / 1024 };
}

type PairOptions = { unit?: Row['unit'] & keyof Usage; cwd?: string; times?: number };

/** Runs two programs in turn, `times` times, after two runs that fill the caches. Compares what they used in `unit`. */
export async function processPairs(
  bench: Bench,
  ours: Command,
  theirs: Command,
  { unit = 'ms', cwd = bench.folder, times = 20 }: PairOptions = {},
): Promise<Pair[]> {
  const pairs: Pair[] = [];
  for (let time = -2; time < (bench.quick ? 5 : times); time++) {
    const usage = { ours: await usageOf(bench, ours, cwd), theirs: await usageOf(bench, theirs, cwd) };
    if (time >= 0) pairs.push({ ours: usage.ours[unit], theirs: usage.theirs[unit], usage });
  }
  return pairs;
}

/** Runs two programs that make `calls` calls in turn. Returns the calls per second. */
export async function ratesOf(
  bench: Bench,
  calls: number,
  ours: Command,
  theirs: Command,
  cwd?: string,
): Promise<Pair[]> {
  // A pair takes seconds, in which the differences between runs even out.
  const pairs = await processPairs(bench, ours, theirs, { times: 9, ...(cwd !== undefined && { cwd }) });
  return pairs.map((pair) => ({ ours: (calls / pair.ours) * 1000, theirs: (calls / pair.theirs) * 1000 }));
}
