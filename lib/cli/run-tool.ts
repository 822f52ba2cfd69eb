import type { ProgressEvent } from '../call.ts';
import { GantzError } from '../errors.ts';
import { BUILTIN, loadBundled } from '../manifest/bundled.ts';
import type { Tool } from '../manifest/manifest.ts';
import { findTool } from '../run/catalogue.ts';
import type { Runner } from '../run/runner.ts';
import { within } from '../run/within.ts';
import { answer } from '../contract/print.ts';
import { loadManifestOf, openRunnerOf, type Context } from '../run/open.ts';
import { readParameters } from './parameters.ts';

/** Runs one tool by its name with the words after it, and prints its envelope. `--help` among the words prints help instead. */
export async function callTool(context: Context, name: string, words: readonly string[]): Promise<void> {
  const { process, options, signal, startedAt } = context;
  const manifest = await loadManifestOf(context, name);
  if (asksForHelp(words)) {
    const tool = findTool(manifest, name);
    if (!Object.hasOwn(tool.inputSchema.properties, 'help')) {
      const { renderPage } = await import('../reference/page.ts');
      process.stdout.write(renderPage(tool));
      return;
    }
  }
  const runner = openRunnerOf(context, manifest, 'one-shot');
  try {
    const tool = await find(runner, name);
    const reading = readParameters(tool, words, process);
    const input = await within(reading, runner.deadline(tool, startedAt), signal);
    const follow = options.follow ?? false;
    const emit = (event: ProgressEvent): void =>
      void process.stdout.write(`${JSON.stringify({ success: true, ...event })}\n`);
    answer(
      process,
      await runner.call(tool.name, input, { signal, startedAt, follow, ...(follow && { emit }) }),
    );
  } finally {
    await runner.close();
    // A stdin that nobody closes would keep the process waiting.
    if (words.includes('-')) process.stdin.destroy?.();
  }
}

/** The tool of a name; the failure says so where only the bundled manifest has it, and another one took its place. */
async function find(runner: Runner, name: string): Promise<Tool> {
  try {
    return runner.find(name);
  } catch (error) {
    if (!(error instanceof GantzError) || error.code !== 'UNKNOWN_TOOL') throw error;
    const { tools } = await loadBundled();
    if (!tools.some((tool) => tool.name === name)) throw error;
    throw new GantzError('UNKNOWN_TOOL', error.message, {
      hint: `It is one of the bundled tools: gantz -c ${BUILTIN} …, or include: [${BUILTIN}] in the manifest.`,
    });
  }
}

/** Whether help is asked for; `-h` right after a flag is that flag's value. */
function asksForHelp(words: readonly string[]): boolean {
  const end = words.indexOf('--');
  const before = end < 0 ? words : words.slice(0, end);
  return before.some(
    (word, index) => word === '--help' || (word === '-h' && !before[index - 1]?.startsWith('--')),
  );
}
