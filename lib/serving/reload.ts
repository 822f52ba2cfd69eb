import type { Context } from '../contract/context.ts';
import type { Manifest } from '../contract/manifest.ts';
import { loadCatalogue, openRunnerFor, type Surroundings } from '../run/open.ts';
import { explain } from '../contract/errors.ts';
import type { Runner } from '../run/runner.ts';
import type { Runners } from './runners.ts';
import { watchFiles } from './watch.ts';

/** What came of reading the files of the manifest again. */
export type Reload = {
  at: Date;
  /** The runner that was current until then. */
  before: Runner;
} & (
  | {
      /** The new runner; the one of `before` when the files say the same again after a failure. */
      after: Runner;
    }
  | { failure: unknown }
);

/**
 * Watches the files of the current manifest, which was read at `loadedAt` (as `Date.now()`). After a valid edit it replaces
 * the current runner. After an invalid edit it writes the problem to stderr and keeps the tools. `onReload`
 * receives both. Returns a function that stops watching.
 */
export async function reloadOnChange(
  context: Context & Pick<Surroundings, 'onCall'>,
  runners: Runners,
  loadedAt: number,
  onReload?: (reload: Reload) => void,
): Promise<() => void> {
  // The file that was found at the start: no other manifest is located while that file is missing.
  const { file } = runners.current.manifest;
  const pinned = { ...context, options: { ...context.options, config: file } };
  const stop = new AbortController();
  const isStopped = (): boolean => stop.signal.aborted;
  let loading: Promise<void> = Promise.resolve();
  let hasFailed = false;
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
    const at = new Date(since);
    const { current } = runners;
    const loaded = (after: Runner): void => {
      hasFailed = false;
      context.notice(`Reloaded ${file}: ${after.tools.length} tools`);
      onReload?.({ at, before: current, after });
    };
    try {
      const catalogue = await loadCatalogue(pinned);
      const { manifest } = catalogue;
      const before = current.manifest;
      if (JSON.stringify(manifest) === JSON.stringify(before)) {
        if (hasFailed) loaded(current);
        return;
      }
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
      loaded(runner);
    } catch (thrown) {
      hasFailed = true;
      context.notice(`${explain(thrown)}\nThe tools are unchanged.`);
      onReload?.({ at, before: current, failure: thrown });
    }
  }

  return () => {
    stop.abort();
    stopWatching();
  };
}
