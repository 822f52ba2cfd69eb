import { availableParallelism } from 'node:os';
import type { Concurrency } from '../../batch/batch.ts';
import { GantzError } from '../../errors.ts';
import type { Define } from '../command.ts';

/** Enough in flight to keep one connection busy; more gains nothing. */
const REDIS_CONCURRENCY = 256;

type BatchFlags = { concurrency?: string; unordered?: boolean; failFast?: boolean };

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
    .action(
      async (file: string | undefined, { concurrency, unordered = false, failFast = false }: BatchFlags) => {
        context.surviveCrashes();
        const { runBatchFile } = await import('../../batch/run-file.ts');
        await runBatchFile(context, {
          file: file ?? '-',
          concurrency: parseConcurrency(concurrency),
          unordered,
          failFast,
        });
      },
    );
};

function parseConcurrency(text: string | undefined): Concurrency {
  if (text === undefined) return { all: REDIS_CONCURRENCY, outside: availableParallelism() };
  const number = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  if (number > 0) return { all: number, outside: number };
  throw new GantzError('USAGE', `--concurrency ${JSON.stringify(text)} is not a number from 1 to 999999`);
}
