import type { ProgressEvent } from '../call.ts';
import { findTool } from '../run/find-tool.ts';
import { within } from '../run/within.ts';
import { answer } from './answer.ts';
import { loadManifestOf, openRunnerOf, type Context } from '../command/context.ts';
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
    const tool = runner.find(name);
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

/** Whether help is asked for; `-h` right after a flag is that flag's value. */
function asksForHelp(words: readonly string[]): boolean {
  const end = words.indexOf('--');
  const before = end < 0 ? words : words.slice(0, end);
  return before.some(
    (word, index) => word === '--help' || (word === '-h' && !before[index - 1]?.startsWith('--')),
  );
}
