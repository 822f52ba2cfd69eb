import type { Origin, ProgressEvent } from '../contract/call.ts';
import { printSuccess } from '../contract/print.ts';
import { GantzError } from '../contract/errors.ts';
import { BUILTIN, bundledNames } from '../manifest/bundled.ts';
import type { Tool } from '../contract/manifest.ts';
import type { Ask } from '../run/guards/guard.ts';
import { mayAsk } from '../run/kinds.ts';
import type { Catalogue } from '../run/catalogue.ts';
import { loadCatalogue, openRunnerFor } from '../run/open.ts';
import { within } from '../run/within.ts';
import type { CliContext } from './command.ts';
import { readParameters, requestsHelp } from './parameters.ts';

const ORIGIN: Origin = { interface: 'cli' };

/**
 * Runs a tool with the words after its name as parameters, and prints its envelope. Prints the help of the tool instead
 * when `--help` is one of the words. `loaded` is
 * the catalogue when the caller has loaded it. Throws what the catalogue, the parameters and the runner throw.
 */
export async function runTool(
  context: CliContext,
  name: string,
  words: readonly string[],
  loaded?: Catalogue,
): Promise<void> {
  const { process, options, signal, startedAt } = context;
  const catalogue = loaded ?? (await loadCatalogue(context, name));
  const tool = await find(catalogue, name, words);
  if (requestsHelp(tool, words)) {
    const [{ renderPage }, { writeHelp }] = await Promise.all([
      import('../reference/page.ts'),
      import('./help.ts'),
    ]);
    writeHelp(process, await renderPage(tool));
    return;
  }
  if ([options.raw, options.check, options.follow].filter(Boolean).length > 1)
    throw new GantzError('USAGE', 'Only one of --raw, --check and --follow can be given');
  const { idempotencyKey, idempotencyWaitMs, noCache } = options;
  if (idempotencyWaitMs !== undefined && idempotencyKey === undefined)
    throw new GantzError('USAGE', '--idempotency-wait needs --idempotency-key');
  const usesStdin = words.some((word) => word === '-' || word.endsWith(':text=-'));
  const runner = openRunnerFor(context, catalogue, 'one-shot');
  try {
    const deadline = runner.deadline(tool, startedAt);
    const input = await within(readParameters(tool, words, process), deadline, signal);
    const { raw, check, follow = false, yes } = options;
    const confirm = yes ?? (mayAsk(tool) && !usesStdin ? await ask(context) : undefined);
    const emit = (event: ProgressEvent): void =>
      void process.stdout.write(`${JSON.stringify({ success: true, ...event })}\n`);
    const result = await runner.call(tool, input, {
      deadline,
      signal,
      follow,
      origin: ORIGIN,
      ...(confirm !== undefined && { confirm }),
      ...(follow && { emit }),
      idempotencyKey,
      ...(idempotencyWaitMs !== undefined && { idempotencyWaitMs }),
      ...(noCache !== undefined && { noCache }),
    });
    if (raw || check) {
      const { printValue } = await import('./value.ts');
      printValue(process, result, options);
    } else printSuccess(process, result);
  } finally {
    await runner.close();
    // An open stdin would keep the process running.
    if (usesStdin) process.stdin.destroy?.();
  }
}

/** Returns the function that asks a person. Its code is loaded only for tools with `confirm`. */
async function ask({ process, signal }: CliContext): Promise<Ask> {
  const { askOnTerminal } = await import('./ask.ts');
  return askOnTerminal(process, signal);
}

/** Returns the tool of a name. The hint of UNKNOWN_TOOL names the bundled manifest or the group when the tool is there. */
async function find(catalogue: Catalogue, name: string, words: readonly string[]): Promise<Tool> {
  try {
    return catalogue.find(name);
  } catch (error) {
    if (!(error instanceof GantzError) || error.code !== 'UNKNOWN_TOOL') throw error;
    const hint = await hintFor(catalogue, name, words);
    throw hint === undefined ? error : new GantzError('UNKNOWN_TOOL', error.message, { hint });
  }
}

async function hintFor(
  catalogue: Catalogue,
  name: string,
  words: readonly string[],
): Promise<string | undefined> {
  if ((await bundledNames()).includes(name))
    return `It is one of the bundled tools. Run gantz -c ${BUILTIN} …, or add include: [${BUILTIN}] to the manifest.`;
  const { suggestOperation } = await import('./suggestion.ts');
  const help = /^help_(.+)$/.exec(name)?.[1];
  if (help !== undefined) return `Did you mean gantz ${[help, ...words].join(' ')} --help?`;
  return suggestOperation(catalogue, 'call', [name, words[0]]);
}
