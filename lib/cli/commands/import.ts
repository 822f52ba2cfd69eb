import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { resolve } from 'node:path';
import { GantzError } from '../../contract/errors.ts';
import { printSuccess } from '../../contract/print.ts';
import type { Process } from '../../contract/process.ts';
import { reasonOf } from '../../contract/system-error.ts';
import { readLines } from '../../json/lines.ts';
import type { ImportTally } from '../../redis/transfer/import.ts';
import { loadCatalogue, openRunnerFor } from '../../run/open.ts';
import type { CliContext, Define } from '../command.ts';
import { Deadline } from '../../contract/deadline.ts';
import { describeRate, transferDeadline, withCounts } from '../transfer.ts';

const HELP = `
The keys are written into the namespace of GANTZ_NAMESPACE, or that of the export when it is not set. A key that exists is
kept and counted as "existing", so an import that was interrupted is completed by running it again.`;

/** How long removing the temporary key of an import that failed may take, in milliseconds. */
const CLEAN_UP_MS = 2000;

type ImportFlags = { overwrite?: boolean };
type Input = { stream: Process['stdin']; size: number | undefined };

/** `gantz import`: writes the keys of an export into Redis. */
export const define: Define = (command, context) => {
  command
    .argument('[file]', 'an export; stdin when it is - or absent')
    .option('--overwrite', 'replace keys that exist')
    .addHelpText('after', HELP)
    .action(async (file: string | undefined, { overwrite = false }: ImportFlags) => {
      if (context.options.readOnly)
        throw new GantzError('FORBIDDEN', 'gantz import writes, which --read-only does not allow');
      const input = await openInput(context, file ?? '-');
      try {
        await runImport(context, { input, overwrite });
      } finally {
        // An open input would keep the process alive.
        input.stream.destroy?.();
      }
    });
};

async function runImport(
  context: CliContext,
  { input, overwrite }: { input: Input; overwrite: boolean },
): Promise<void> {
  const { process, signal } = context;
  const [{ importLines, outcomeOfImport }, { MAX_LINE_BYTES }, { stepsOf }, { showProgress }] =
    await Promise.all([
      import('../../redis/transfer/import.ts'),
      import('../../redis/transfer/format.ts'),
      import('../../redis/transfer/steps.ts'),
      import('../progress-bar.ts'),
    ]);
  const runner = openRunnerFor(context, await loadCatalogue(context), 'long-lived');
  const tally: ImportTally = { imported: 0, replaced: 0, existing: 0, expired: 0, types: {} };
  const begun = performance.now();
  let bytes = 0;
  const progress = await showProgress(process, {
    text: () => describeRate(tally.imported + tally.existing + tally.expired, begun),
    amount: input.size === undefined ? undefined : { total: input.size, done: () => bytes },
  });
  try {
    const redis = runner.redis();
    const { namespace, source } = await importLines({
      lines: readLines(
        counted(input.stream, (length) => (bytes += length)),
        MAX_LINE_BYTES,
      ),
      namespace: redis.namespace,
      overwrite,
      step: stepsOf(redis, { deadline: transferDeadline(context), signal }),
      cleanUp: (work) => redis.use({ deadline: new Deadline({ budgetMs: CLEAN_UP_MS }) }, work),
      signal,
      tally,
    });
    progress.stop();
    printSuccess(process, { namespace, source_namespace: source, ...tally });
  } catch (error) {
    const isOfInput = error instanceof GantzError && error.code.startsWith('INVALID_');
    const again = overwrite
      ? 'Run the same import again.'
      : 'Run the same import again: it skips the keys that are there.';
    const failure = withCounts(error, { counts: tally, hint: isOfInput ? undefined : again });
    throw withCounts(failure, { counts: {}, outcome: outcomeOfImport(failure.outcome, tally) });
  } finally {
    progress.stop();
    await runner.close();
  }
}

/** Yields what the input yields, and counts its bytes. */
async function* counted(
  input: Process['stdin'],
  count: (length: number) => void,
): AsyncGenerator<Uint8Array | string> {
  for await (const data of input) {
    count(data.length);
    yield data;
  }
}

async function openInput({ process }: CliContext, file: string): Promise<Input> {
  if (file === '-') {
    if (!process.stdin.isTTY) return { stream: process.stdin, size: undefined };
    throw new GantzError('USAGE', 'gantz import reads an export from stdin or from a file', {
      hint: 'gantz import FILE, or gantz export | REDIS_URL=… gantz import',
    });
  }
  const path = resolve(process.cwd(), file);
  try {
    const handle = await open(path);
    const about = await handle.stat();
    if (about.isDirectory()) {
      await handle.close();
      throw new GantzError('USAGE', `${path} is a folder, not an export`);
    }
    // A pipe has no size.
    return { stream: createReadStream(path, { fd: handle }), size: about.size || undefined };
  } catch (cause) {
    if (cause instanceof GantzError) throw cause;
    throw new GantzError('USAGE', `Cannot read ${path}: ${reasonOf(cause)}`, { cause });
  }
}
