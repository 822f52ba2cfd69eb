import { resolve } from 'node:path';
import type { Sources } from '../cache/manifest.ts';
import { BUILTIN, loadBundledTool } from '../manifest/bundled.ts';
import { expand } from '../manifest/environment.ts';
import { isImplicit, locateManifest } from '../manifest/locate.ts';
import type { Location } from '../manifest/load.ts';
import type { Manifest } from '../contract/manifest.ts';
import type { Context } from '../contract/context.ts';
import { foldName } from '../contract/names.ts';
import type { Process } from '../contract/process.ts';
import type { LogFile } from './audit/log-file.ts';
import type { Recorder } from './audit/record-calls.ts';
import { compileHotCode } from './bun-jit.ts';
import { compileCatalogue, type Catalogue } from './catalogue.ts';
import { loadManifest } from './manifests.ts';
import { openRunner, type Runner } from './runner.ts';

/** The size of a full audit log when the manifest does not say it. */
const MAX_LOG_BYTES = 10 * 1024 * 1024;

/** The part of a context that opening a manifest and a runner needs. */
export type Surroundings = Pick<Context, 'options' | 'notice' | 'cacheFolder'> & {
  process: Pick<Process, 'env' | 'cwd'>;
  /** Receives each call of the runner when it has ended. */
  onCall?: Recorder;
  /** True when nobody reads the notices, so that none may be recorded as written. */
  muted?: boolean;
};

/**
 * Loads the manifest that the options or the environment name, and returns the tools in it that the options allow. Writes
 * the manifest's warnings as notices: all of them, or, when `about` names a tool, those that are not about another tool. With
 * `about`, the catalogue of the bundled manifest has only that tool, when there is one. Throws MANIFEST_NOT_FOUND,
 * MANIFEST_INVALID, and USAGE for an unknown toolset.
 */
export async function loadCatalogue(surroundings: Surroundings, about?: string): Promise<Catalogue> {
  const location = locate(surroundings);
  const bundledTool =
    about !== undefined && location.file === BUILTIN ? await loadBundledTool(about) : undefined;
  const manifest = bundledTool ?? (await loadCached(location, surroundings.cacheFolder)).manifest;
  return await openCatalogue(surroundings, location, manifest, about);
}

/**
 * Returns a text that `render` makes of the catalogue, and of nothing else. It is kept in the cache folder under the name `what` until
 * a file of the manifest changes: to parse a large manifest takes longer than the rest of a command. It is not kept with options that
 * choose tools, of which there may be any number, nor with notices, which are written each time. Otherwise as `loadCatalogue`.
 */
export async function renderCatalogue(
  surroundings: Surroundings,
  what: string,
  render: (catalogue: Catalogue) => string | Promise<string>,
): Promise<string> {
  const { process, options, notice } = surroundings;
  const { config, tools, toolset, readOnly } = options;
  const choosesTools = tools !== undefined || toolset !== undefined || readOnly !== undefined;
  const cacheFolder = choosesTools ? undefined : surroundings.cacheFolder;
  const location = locate(surroundings);
  const { file } = location;
  // The notice about hidden names is only for a manifest that is not named.
  const key = isImplicit(location, { config, env: process.env }) ? `${what}, implicit` : what;
  const { readRendering, writeRendering } = await import('../cache/manifest.ts');
  const kept = cacheFolder === undefined ? undefined : readRendering(cacheFolder, file, key);
  if (kept !== undefined) return kept;
  const notices: string[] = [];
  const listening = { ...surroundings, notice: (text: string) => void notices.push(text) };
  const { manifest, sources } = await loadCached(location, surroundings.cacheFolder);
  const made = await render(await openCatalogue(listening, location, manifest));
  for (const text of notices) notice(text);
  if (cacheFolder !== undefined && sources && notices.length === 0)
    writeRendering(cacheFolder, { file, what: key, sources, made });
  return made;
}

function locate({ process, options }: Surroundings): Location {
  return locateManifest({
    config: options.config,
    ...(options.configBy && { by: options.configBy }),
    env: process.env,
    cwd: () => process.cwd(),
  });
}

/** Writes the notices about a manifest, and returns the tools in it that the options allow. */
async function openCatalogue(
  { process, options, notice, cacheFolder, muted = false }: Surroundings,
  location: Location,
  manifest: Manifest,
  about?: string,
): Promise<Catalogue> {
  if (!muted && isImplicit(location, { config: options.config, env: process.env })) {
    const { noticeHiddenNames } = await import('./hidden-names.ts');
    await noticeHiddenNames(manifest, { notice, cacheFolder });
  }
  const warnings =
    about === undefined
      ? manifest.warnings
      : manifest.warnings.filter(({ tool }) => !tool || isSame(tool, about));
  if (warnings.length > 0) {
    const { describeProblem } = await import('../manifest/diagnose.ts');
    for (const warning of warnings) notice(describeProblem(warning));
  }
  return compileCatalogue(manifest, options);
}

function isSame(tool: string, name: string): boolean {
  return foldName(tool) === foldName(name);
}

async function loadCached(
  location: Location,
  cacheFolder: string | undefined,
): Promise<{ manifest: Manifest; sources?: Sources }> {
  if (cacheFolder === undefined || location.file === BUILTIN)
    return { manifest: await loadManifest(location) };
  const { loadThroughCache } = await import('../cache/manifest.ts');
  return await loadThroughCache(cacheFolder, location.file, (read) => loadManifest(location, read));
}

/** Opens a runner of these tools with the limits that the options set. Its calls are recorded in the audit log and given to `onCall`. */
export function openRunnerFor(
  { process, options, notice, cacheFolder, onCall }: Surroundings,
  catalogue: Catalogue,
  mode: 'one-shot' | 'long-lived',
): Runner {
  const { timeoutMs, maxOutputBytes } = options;
  if (mode === 'long-lived') compileHotCode();
  const runner = openRunner({
    catalogue,
    env: process.env,
    mode,
    notice,
    ...(cacheFolder !== undefined && { cacheFolder }),
    ...(timeoutMs !== undefined && { timeoutMs }),
    ...(maxOutputBytes !== undefined && { maxOutputBytes }),
  });
  const { audit, directory } = catalogue.manifest;
  const log = logOf();
  if (!log && !onCall) return runner;
  return recorded(runner, async () => [
    ...(log ? [await openAuditLog(log, notice)] : []),
    ...(onCall ? [onCall] : []),
  ]);

  /** Returns the file of the audit log, when there is one. */
  function logOf(): LogFile | undefined {
    const file = options.audit ?? (audit && expand(audit.file, process.env));
    if (file === undefined) return undefined;
    if (file.trim() === '') {
      const written = JSON.stringify(audit?.file);
      notice(`There is no audit log: \`file\` of \`audit\`, ${written}, is empty. Calls run all the same.`);
      return undefined;
    }
    const path = resolve(options.audit === undefined ? directory : process.cwd(), file);
    return { path, maxBytes: audit?.maxBytes ?? MAX_LOG_BYTES };
  }
}

async function openAuditLog(file: LogFile, notice: (text: string) => void): Promise<Recorder> {
  const { auditLog } = await import('./audit/audit-log.ts');
  return auditLog(file, notice);
}

/** Returns a runner whose calls are recorded. The code is loaded when the first call begins. */
function recorded(runner: Runner, recorders: () => Promise<readonly Recorder[]>): Runner {
  const load = async (): Promise<Runner> => {
    const { recordCalls } = await import('./audit/record-calls.ts');
    return recordCalls(runner, await recorders());
  };
  let loading: Promise<Runner> | undefined;
  let loaded: Runner | undefined;
  return {
    ...runner,
    async call(tool, input, settings) {
      // Only the first call awaits the code: an `await` in each call is measurable where thousands are made.
      loaded ??= await (loading ??= load());
      return await loaded.call(tool, input, settings);
    },
  };
}
