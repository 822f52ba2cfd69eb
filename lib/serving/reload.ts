import type { Context } from '../contract/context.ts';
import type { Manifest } from '../contract/manifest.ts';
import { loadCatalogue, openRunnerFor, type Surroundings } from '../run/open.ts';
import { explain } from '../contract/errors.ts';
import type { Runners } from './runners.ts';
import { watchFiles } from './watch.ts';

/**
 * Watches the files of the current manifest, which was read at `loadedAt` (as `Date.now()`). After a valid edit it replaces
 * the current runner. After an invalid edit it writes the problem to stderr and keeps the tools. Returns a function that
 * stops watching.
 */
export async function reloadOnChange(
  context: Context & Pick<Surroundings, 'onCall'>,
  runners: Runners,
  loadedAt: number,
): Promise<() => void> {
  // The file that was found at the start: no other manifest is located while that file is missing.
  const { file } = runners.current.manifest;
  const pinned = { ...context, options: { ...context.options, config: file } };
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
        context.notice(`Changes of ${file} may be missed: ${why}`);
      },
    });
  }

  async function reload(): Promise<void> {
    if (isStopped()) return;
    const since = Date.now();
    try {
      const catalogue = await loadCatalogue(pinned);
      const { manifest } = catalogue;
      const before = runners.current.manifest;
      if (JSON.stringify(manifest) === JSON.stringify(before)) return;
      const runner = openRunnerFor(pinned, catalogue, 'long-lived');
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
      context.notice(`Reloaded ${file}: ${runner.tools.length} tools`);
    } catch (thrown) {
      context.notice(`${explain(thrown)}\nThe tools are unchanged.`);
    }
  }

  return () => {
    stop.abort();
    stopWatching();
  };
}
