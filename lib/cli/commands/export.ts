import { fstatSync } from 'node:fs';
import { printFailure, printSuccess } from '../../contract/print.ts';
import type { Output } from '../../contract/process.ts';
import { parseNamespace } from '../../redis/keys.ts';
import type { ExportTally } from '../../redis/transfer/export.ts';
import { loadCatalogue, openRunnerFor } from '../../run/open.ts';
import type { CliContext, Define } from '../command.ts';
import type { ExportOutput } from '../export-output.ts';
import { describeRate, transferDeadline, withCounts } from '../transfer.ts';

const HELP = `
The export has the keys of the namespace of GANTZ_NAMESPACE ("mcp" when it is not set). It is an exact copy only while no
program writes to them. The envelope is printed on stderr, because stdout is the export; with --output, on stdout.`;

/** Text is written in pieces of at least this many characters. */
const PIECE = 64 * 1024;

/** `gantz export`: writes the keys of the namespace as NDJSON. */
export const define: Define = (command, context) => {
  command
    .option('--output <file>', 'write to this file; it appears when the export is whole (default: stdout)')
    .addHelpText('after', HELP)
    .action(async ({ output: file }: { output?: string }) => {
      const { process } = context;
      const report = file === undefined ? process.stderr : process.stdout;
      const tally: ExportTally = { keys: 0, types: {} };
      try {
        // The exit status if the process ends early because the reader of stdout closes it.
        if (file === undefined) process.exitCode = 1;
        const { fileOutput, streamOutput } = await import('../export-output.ts');
        const output =
          file === undefined
            ? streamOutput(process.stdout, context.signal)
            : await fileOutput(file, process.cwd());
        const namespace = await runExport(context, { output, tally, file });
        printSuccess(process, { namespace, ...tally, ...(file !== undefined && { file }) }, report);
      } catch (error) {
        const hint = 'The export is not complete. Export again from the beginning.';
        printFailure(process, withCounts(error, { counts: tally, hint }), report);
      }
    });
};

/** Resolves to the namespace. */
async function runExport(
  context: CliContext,
  { output, tally, file }: { output: ExportOutput; tally: ExportTally; file: string | undefined },
): Promise<string> {
  const { process, signal } = context;
  const [{ exportNamespace }, { stepsOf }, { showProgress }] = await Promise.all([
    import('../../redis/transfer/export.ts'),
    import('../../redis/transfer/steps.ts'),
    import('../progress-bar.ts'),
  ]);
  const runner = openRunnerFor(context, await loadCatalogue(context), 'long-lived');
  const begun = performance.now();
  const isVisible = file !== undefined || !(process.stdout.isTTY || isPipe(process.stdout));
  const progress = isVisible
    ? await showProgress(process, { text: () => describeRate(tally.keys, begun) })
    : undefined;
  try {
    const redis = runner.redis();
    const namespace = parseNamespace(redis.namespace);
    const step = stepsOf(redis, { deadline: transferDeadline(context), signal, readOnly: true });
    let text = '';
    for await (const line of exportNamespace({ namespace, step, tally })) {
      text += line;
      text += '\n';
      if (text.length < PIECE) continue;
      await output.write(text);
      signal.throwIfAborted();
      text = '';
    }
    await output.write(text);
    await output.finish();
    return namespace;
  } catch (error) {
    await output.discard();
    throw error;
  } finally {
    progress?.stop();
    await runner.close();
  }
}

/** Returns true for a pipe. `gantz import` at its other end draws the progress. */
function isPipe(output: Output): boolean {
  return 'fd' in output && typeof output.fd === 'number' && fstatSync(output.fd).isFIFO();
}
