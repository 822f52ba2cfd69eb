import { availableParallelism } from 'node:os';
import type { Concurrency } from '../../batch/batch.ts';
import { GantzError } from '../../contract/errors.ts';
import type { Define } from '../command.ts';

/** How many calls use the Redis connection at a time. More calls do not make a batch faster. */
const REDIS_CONCURRENCY = 256;

type BatchFlags = { concurrency?: string; unordered?: boolean; failFast?: boolean };

/** `gantz batch`: reads a stream of calls and prints a stream of envelopes. */
export const define: Define = (command, context) => {
  command
    .argument(
      '[file]',
      'calls, one JSON object per line: {"tool":…,"params":…,"id":…}; stdin when it is - or absent',
    )
    .option(
      '--concurrency <n>',
      `how many calls run at a time (default: ${REDIS_CONCURRENCY} on Redis; scripts and HTTP: one per processor)`,
    )
    .option('--unordered', 'print each envelope when its call ends, not in the order of the calls')
    .option('--fail-fast', 'start no more calls after one has failed')
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
