import { spawn } from 'node:child_process';
import type { Bench, Pair } from './row.ts';

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

/** Runs two programs in turn, `times` times, after two runs that fill the caches. */
export async function timePairs(
  { quick, env, folder }: Bench,
  ours: Command,
  theirs: Command,
  cwd = folder,
  times = 40,
): Promise<Pair[]> {
  const options = { env, cwd };
  for (let run = 0; run < 2; run++) {
    await timeOf(ours, options);
    await timeOf(theirs, options);
  }
  const pairs: Pair[] = [];
  for (let run = 0; run < (quick ? 5 : times); run++) {
    pairs.push({ ours: await timeOf(ours, options), theirs: await timeOf(theirs, options) });
  }
  return pairs;
}
