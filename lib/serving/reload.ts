import { loadManifestOf, openRunnerOf, type Context } from '../run/open.ts';
import type { Manifest } from '../manifest/manifest.ts';
import { explain } from './explain.ts';
import type { Runners } from './runners.ts';
import { watchFiles } from './watch.ts';

/**
 * Follows the files of the current manifest, which was read at `loadedAt` (as `Date.now()`): after a good edit there is a
 * new runner; a bad one is said on stderr, and the tools stay as they were. The answer stops it.
 */
export async function reloadOnChange(
  context: Context,
  runners: Runners,
  loadedAt: number,
): Promise<() => void> {
  // The file that was found at the start, so that one that is gone for a moment is not taken for no manifest at all.
  const { file } = runners.current.manifest;
  const pinned: Context = { ...context, options: { ...context.options, config: file } };
  const stop = new AbortController();
  const isStopped = (): boolean => stop.signal.aborted;
  let loading: Promise<void> = Promise.resolve();
  let stopWatching = await watchSources(runners.current.manifest, loadedAt);

  function watchSources({ sources }: Manifest, since: number): Promise<() => void> {
    return watchFiles(sources, {
      since,
      onChange: () => void (loading = loading.then(reload)),
      onProblem: (error) => {
        const why = error instanceof Error ? error.message : String(error);
        context.notice(`Changes of ${file} may go unseen: ${why}`);
      },
    });
  }

  async function reload(): Promise<void> {
    if (isStopped()) return;
    const since = Date.now();
    try {
      const manifest = await loadManifestOf(pinned);
      const before = runners.current.manifest;
      if (JSON.stringify(manifest) === JSON.stringify(before)) return;
      const runner = openRunnerOf(pinned, manifest, 'long-lived');
      if (manifest.sources.join('\n') !== before.sources.join('\n')) {
        stopWatching();
        stopWatching = await watchSources(manifest, since);
      }
      if (isStopped()) {
        stopWatching();
        await runner.close();
        return;
      }
      runners.replace(runner);
      context.notice(`Loaded ${file} again: ${runner.tools.length} tools`);
    } catch (thrown) {
      context.notice(`${explain(thrown)}\nThe tools stay as they were.`);
    }
  }

  return () => {
    stop.abort();
    stopWatching();
  };
}
