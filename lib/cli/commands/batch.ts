import { availableParallelism } from 'node:os';
import type { BatchFileOptions } from '../../batch/run-file.ts';
import { GantzError } from '../../contract/errors.ts';
import { parseCount } from '../../contract/settings.ts';
import type { Define } from '../command.ts';
import { TELEMETRY_HELP } from '../telemetry-help.ts';

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
    .addHelpText('after', TELEMETRY_HELP)
    .action(
      async (file: string | undefined, { concurrency, unordered = false, failFast = false }: BatchFlags) => {
        context.surviveCrashes();
        const { runBatchFile } = await import('../../batch/run-file.ts');
        await runBatchFile(context, {
          file: file ?? '-',
          concurrency: parseConcurrency(concurrency, context.options.maxCalls),
          unordered,
          failFast,
        });
      },
    );
};

/** Returns what `--concurrency` sets, or the default, and at most `--max-calls`. */
function parseConcurrency(text: string | undefined, maxCalls = Infinity): BatchFileOptions['concurrency'] {
  if (text === undefined)
    return {
      all: Math.min(REDIS_CONCURRENCY, maxCalls),
      outside: Math.min(availableParallelism(), maxCalls),
    };
  const number = parseCount(text);
  if (number === undefined)
    throw new GantzError('USAGE', `--concurrency ${JSON.stringify(text)} is not a number from 1 to 999999`);
  return { all: Math.min(number, maxCalls), outside: Math.min(number, maxCalls) };
}
