import { loadManifestOf, openRunnerOf, type Context } from '../command/context.ts';
import { toGantzError } from '../errors.ts';
import type { Manifest } from '../manifest/manifest.ts';
import type { Runners } from './runners.ts';
import { watchFiles } from './watch.ts';

/**
 * Follows the files of the current manifest: after a good edit there is a new runner; a bad one is said on stderr, and the
 * tools stay as they were. The answer stops it.
 */
export async function reloadOnChange(context: Context, runners: Runners): Promise<() => void> {
  // The file that was found at the start, so that one that is gone for a moment is not taken for no manifest at all.
  const { file } = runners.current.manifest;
  const pinned: Context = { ...context, options: { ...context.options, config: file } };
  const stop = new AbortController();
  const isStopped = (): boolean => stop.signal.aborted;
  let stopWatching = await watchSources(runners.current.manifest);
  let loading: Promise<void> = Promise.resolve();

  function watchSources({ sources }: Manifest): Promise<() => void> {
    return watchFiles(
      sources,
      () => void (loading = loading.then(reload)),
      (error) =>
        context.notice(
          `Changes of ${file} may go unseen: ${error instanceof Error ? error.message : String(error)}`,
        ),
    );
  }

  async function reload(): Promise<void> {
    if (isStopped()) return;
    try {
      const manifest = await loadManifestOf(pinned);
      const before = runners.current.manifest;
      if (JSON.stringify(manifest) === JSON.stringify(before)) return;
      const runner = openRunnerOf(pinned, manifest, 'long-lived');
      // Watched before anything else, so that the next edit is not missed.
      if (manifest.sources.join('\n') !== before.sources.join('\n')) {
        stopWatching();
        stopWatching = await watchSources(manifest);
      }
      if (isStopped()) await runner.close();
      else {
        runners.replace(runner);
        context.notice(`Loaded ${file} again: ${runner.tools.length} tools`);
      }
    } catch (thrown) {
      const { message, hint } = toGantzError(thrown);
      context.notice(
        [message, ...(hint === undefined ? [] : [hint]), 'The tools stay as they were.'].join('\n'),
      );
    }
  }

  return () => {
    stop.abort();
    stopWatching();
  };
}
