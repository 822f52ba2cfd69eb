import type { Manifest, Problem, Tool } from '../contract/manifest.ts';
import { GantzError, toGantzError } from '../contract/errors.ts';
import { BUILTIN } from '../manifest/bundled.ts';
import type { Runner } from '../run/runner.ts';
import type { Reload } from '../serving/reload.ts';
import type { Changes, ManifestReport, ReloadEntry } from './manifest-report.ts';
import { pathFrom, showProblems, withoutFolder } from './show-problems.ts';

/** How many reloads are kept. */
const KEPT = 20;

/** The last reloads of a server. */
export type Reloads = {
  record(reload: Reload): void;
  /** Returns true when the files could not be loaded the last time, so that an older manifest is served. */
  hasFailed(): boolean;
  /** Returns what is loaded, with the problems that the files have now. */
  report(runner: Runner): Promise<ManifestReport>;
};

/**
 * Keeps the last 20 reloads. `isRestricted` is true when options of the server select the tools. `announce` is called after each
 * reload.
 */
export function keepReloads({
  loadedAt,
  isRestricted,
  announce,
}: {
  loadedAt: Date;
  isRestricted: boolean;
  announce: (success: boolean) => void;
}): Reloads {
  const kept: ReloadEntry[] = [];
  let last = 0;
  let lastLoad = loadedAt;
  return {
    record(reload) {
      const success = 'after' in reload;
      if (success) lastLoad = reload.at;
      kept.unshift({ id: ++last, time: reload.at.toISOString(), ...outcomeOf(reload, isRestricted) });
      kept.splice(KEPT);
      announce(success);
    },
    hasFailed: () => kept[0]?.success === false,
    async report(runner) {
      const { directory, file, sources, guards = {} } = runner.manifest;
      const hasBundled = runner.tools.some(({ action }) => action?.kind === 'bundled');
      const files = hasBundled ? [...sources, BUILTIN] : sources;
      return {
        loaded_at: lastLoad.toISOString(),
        files: files.map((source) => pathFrom(directory, source)),
        default_guards: guards,
        problems: showProblems(await problemsNow(file), runner, isRestricted),
        reloads: kept,
      };
    },
  };
}

/** Returns the problems that `gantz validate` finds; none when the file is missing, which the last reload says. */
async function problemsNow(file: string): Promise<readonly Problem[]> {
  const [{ checkManifest }, { reviewTool }] = await Promise.all([
    import('../run/manifests.ts'),
    import('../tool-tests/review.ts'),
  ]);
  try {
    return (await checkManifest({ file }, { review: reviewTool })).problems;
  } catch (error) {
    if (error instanceof GantzError && error.code === 'MANIFEST_NOT_FOUND') return [];
    throw error;
  }
}

type Outcome = ReloadEntry extends infer E ? (E extends unknown ? Omit<E, 'id' | 'time'> : never) : never;

function outcomeOf(reload: Reload, isRestricted: boolean): Outcome {
  const { before } = reload;
  if ('after' in reload) {
    const { after } = reload;
    return { success: true, tools: after.tools.length, changes: changesBetween(before, after) };
  }
  const { code, message, fields } = toGantzError(reload.failure);
  const problems = code === 'MANIFEST_INVALID' ? ((fields?.['problems'] ?? []) as Problem[]) : [];
  return {
    success: false,
    problems: showProblems(problems, before, isRestricted),
    ...(problems.length === 0 && { error: withoutFolder(message, before.manifest.directory) }),
  };
}

/** The parts of a tool, with the members that they have. */
const TOOL_PARTS: Readonly<Record<string, readonly (keyof Tool)[]>> = {
  title: ['title'],
  description: ['description'],
  parameters: ['inputSchema', 'secrets'],
  returns: ['outputSchema'],
  annotations: ['annotations'],
  action: ['action', 'directory'],
  guards: ['guards', 'exempt'],
  timeout: ['timeoutMs'],
  environment: ['environment'],
  tests: ['tests'],
};

const MANIFEST_PARTS: Readonly<Record<string, readonly (keyof Manifest)[]>> = {
  name: ['name'],
  description: ['description'],
  version: ['version'],
  files: ['sources'],
  env: ['env'],
  guards: ['guards'],
  toolsets: ['toolsets'],
  server: ['server'],
  audit: ['audit'],
};

function changesBetween(before: Runner, after: Runner): Changes {
  const old = new Map(before.tools.map((tool) => [tool.name, tool]));
  const names = new Set(after.tools.map(({ name }) => name));
  return {
    added: after.tools.filter(({ name }) => !old.has(name)).map(({ name }) => name),
    removed: before.tools.filter(({ name }) => !names.has(name)).map(({ name }) => name),
    changed: after.tools.flatMap((tool) => {
      const was = old.get(tool.name);
      const parts = was ? changedParts(was, tool, TOOL_PARTS) : [];
      return parts.length > 0 ? [{ tool: tool.name, parts }] : [];
    }),
    parts: changedParts(before.manifest, after.manifest, MANIFEST_PARTS),
  };
}

function changedParts<T>(
  before: T,
  after: T,
  parts: Readonly<Record<string, readonly (keyof T)[]>>,
): string[] {
  const isEqual = (key: keyof T): boolean => JSON.stringify(before[key]) === JSON.stringify(after[key]);
  return Object.entries(parts).flatMap(([part, keys]) => (keys.every(isEqual) ? [] : [part]));
}
