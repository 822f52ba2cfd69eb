import { BUILD } from '../build.ts';
import { cacheFolder } from '../cache/folder.ts';
import { BUILTIN } from '../manifest/bundled.ts';
import { locateManifest } from '../manifest/locate.ts';
import { loadManifest, type Location } from '../manifest/load.ts';
import type { Manifest } from '../manifest/manifest.ts';
import type { Process } from '../contract/process.ts';
import { compilePolicy } from './policy.ts';
import { openRunner, type Runner } from './runner.ts';
import type { GlobalOptions } from './global-options.ts';

/** What every command works with. */
export type Context = {
  readonly process: Process;
  readonly options: GlobalOptions;
  /** When the process began its work, as `performance.now()`. */
  readonly startedAt: number;
  /** Aborts when the process is told to end. */
  readonly signal: AbortSignal;
  /** Writes a line for a person on stderr. */
  readonly notice: (text: string) => void;
};

/** What of a context leads to a manifest and a runner; a program that has no command line has as much. */
export type Surroundings = Pick<Context, 'options' | 'notice'> & { process: Pick<Process, 'env' | 'cwd'> };

/**
 * Loads the manifest that the options and the environment name, and says its warnings on stderr: all of them, or for a
 * call of one tool those that are about no other.
 */
export async function loadManifestOf(
  { process, options, notice }: Surroundings,
  about?: string,
): Promise<Manifest> {
  const location = locateManifest({ config: options.config, env: process.env, cwd: () => process.cwd() });
  const folder = cacheFolder(process.env, BUILD);
  const manifest = await loadKept(location, folder);
  const warnings =
    about === undefined
      ? manifest.warnings
      : manifest.warnings.filter(({ tool }) => !tool || isSame(tool, about));
  if (warnings.length > 0) {
    const { describeProblem } = await import('../manifest/diagnose.ts');
    for (const warning of warnings) notice(describeProblem(warning));
  }
  return manifest;
}

function isSame(tool: string, name: string): boolean {
  return tool.replaceAll('-', '_') === name.replaceAll('-', '_');
}

async function loadKept(location: Location, folder: string | undefined): Promise<Manifest> {
  if (folder === undefined || location.file === BUILTIN) return await loadManifest(location);
  const { throughCache } = await import('../cache/manifest.ts');
  return await throughCache(folder, location.file, (read) => loadManifest(location, read));
}

/** A runner of the manifest with the options of the command line. */
export function openRunnerOf(
  { process, options, notice }: Surroundings,
  manifest: Manifest,
  mode: 'one-shot' | 'long-lived',
): Runner {
  const policy = compilePolicy(manifest, options);
  const folder = cacheFolder(process.env, BUILD);
  return openRunner({
    manifest,
    env: process.env,
    mode,
    notice,
    ...(policy && { policy }),
    ...(folder !== undefined && { cacheFolder: folder }),
    ...(options.timeoutMs !== undefined && { timeoutMs: options.timeoutMs }),
    ...(options.maxOutputBytes !== undefined && { maxOutputBytes: options.maxOutputBytes }),
  });
}
