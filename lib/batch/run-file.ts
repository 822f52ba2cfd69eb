import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import type { Define } from '../cli/command.ts';
import { loadManifestOf, openRunnerOf, type Context } from '../run/open.ts';
import { surviveCrashes } from '../start/crash.ts';
import { GantzError } from '../errors.ts';
import { runBatch, type Concurrency, type Tally } from './batch.ts';
import { showProgress } from './progress-bar.ts';

/** Enough in flight to keep one connection busy; more gains nothing. */
const REDIS_CONCURRENCY = 256;

type Flags = { concurrency?: string; unordered?: boolean; failFast?: boolean };

/** `gantz batch`: a stream of calls in, a stream of envelopes out. */
export const define: Define = (command, context) => {
  command
    .argument('[file]', 'calls, one JSON object a line: {"tool":…,"params":…,"id":…}; - or none is stdin')
    .option(
      '--concurrency <n>',
      `how many calls may be in flight (default: ${REDIS_CONCURRENCY} on Redis; scripts and HTTP: one per processor)`,
    )
    .option('--unordered', 'write answers as they come, not in the order of the calls')
    .option('--fail-fast', 'begin no call after one that failed')
    .action(async (file: string | undefined, flags: Flags) => {
      surviveCrashes();
      const concurrency = parseConcurrency(flags.concurrency);
      const { process, signal, notice } = context;
      const runner = openRunnerOf(context, await loadManifestOf(context), 'long-lived');
      const tally: Tally = { calls: 0, failed: 0 };
      // Until the last call is answered: a reader that goes away ends the process before.
      process.exitCode = 1;
      const begun = performance.now();
      const input = await openInput(context, file);
      const progress = await showProgress(process, tally);
      try {
        await runBatch({
          runner,
          input,
          output: process.stdout,
          concurrency,
          unordered: flags.unordered ?? false,
          failFast: flags.failFast ?? false,
          signal,
          tally,
        });
      } finally {
        progress?.stop();
        await runner.close();
        // An input that nobody closes would keep the process waiting.
        input.destroy?.();
      }
      notice(describeEnd(tally, performance.now() - begun, flags.failFast ?? false));
      process.exitCode = tally.failed > 0 ? 1 : 0;
    });
};

function parseConcurrency(text: string | undefined): Concurrency {
  if (text === undefined) return { all: REDIS_CONCURRENCY, outside: availableParallelism() };
  const number = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  if (number > 0) return { all: number, outside: number };
  throw new GantzError('USAGE', `--concurrency ${JSON.stringify(text)} is not a number from 1 to 999999`);
}

async function openInput({ process }: Context, file = '-'): Promise<Context['process']['stdin']> {
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
