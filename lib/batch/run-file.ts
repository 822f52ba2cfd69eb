import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Context } from '../contract/context.ts';
import { GantzError } from '../contract/errors.ts';
import { loadCatalogue, openRunnerFor } from '../run/open.ts';
import { openTelemetry } from '../telemetry/open.ts';
import { runBatch, type BatchOptions, type Tally } from './batch.ts';
import { showProgress } from './progress-bar.ts';

/** Options of `runBatchFile`. */
export type BatchFileOptions = Pick<BatchOptions, 'concurrency' | 'unordered' | 'failFast'> & {
  /** The file of calls; `-` is stdin. */
  file: string;
};

/**
 * Runs the calls of a file, writes their envelopes to stdout, and ends with a notice of the counts. The exit status is 1
 * when a call failed. Throws USAGE for a file that cannot be read, and the errors of loading the manifest.
 */
export async function runBatchFile(
  context: Context,
  { file, concurrency, unordered, failFast }: BatchFileOptions,
): Promise<void> {
  const { process, signal, notice } = context;
  const runner = openRunnerFor(context, await loadCatalogue(context), 'long-lived');
  const telemetry = await openTelemetry(context, { inherit: true });
  const tally: Tally = { calls: 0, failed: 0 };
  // The exit status if the process ends early because the reader of stdout closes it.
  process.exitCode = 1;
  const begun = performance.now();
  const input = await openInput(context, file);
  const progress = await showProgress(process, tally);
  let end = '';
  try {
    await runBatch({
      runner: telemetry?.observe(runner) ?? runner,
      input,
      output: process.stdout,
      concurrency,
      unordered,
      failFast,
      signal,
      tally,
    });
    end = describeEnd(tally, performance.now() - begun, failFast);
  } finally {
    progress?.stop();
    await runner.close();
    await telemetry?.end();
    // An open input would keep the process alive.
    input.destroy?.();
  }
  notice(end);
  process.exitCode = tally.failed > 0 ? 1 : 0;
}

async function openInput({ process }: Context, file: string): Promise<Context['process']['stdin']> {
  if (file === '-') return process.stdin;
  const path = resolve(process.cwd(), file);
  try {
    const handle = await open(path);
    if ((await handle.stat()).isDirectory()) {
      await handle.close();
      throw new GantzError('USAGE', `${path} is a folder, not a file of calls`);
    }
    return createReadStream(path, { fd: handle });
  } catch (error) {
    if (error instanceof GantzError) throw error;
    const why = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw new GantzError('USAGE', `Cannot read the calls from ${path}: ${why}`, { cause: error });
  }
}

function describeEnd({ calls, failed }: Tally, milliseconds: number, failFast: boolean): string {
  const seconds = milliseconds / 1000;
  const rate = Math.round(calls / Math.max(seconds, 0.001));
  const end = failFast && failed > 0 ? '; stopped at the first failure' : '';
  return `${calls} ${calls === 1 ? 'call' : 'calls'}, ${failed} failed, ${seconds.toFixed(1)} s, ${rate} a second${end}`;
}
