import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { canonicalJson } from '../../json/canonical.ts';
import { kindOf } from '../kinds.ts';
import type { GuardedCall } from './guard.ts';
import type { Settings } from './settings.ts';

/** Files above this size in bytes are compared by their size and time, not by their content. */
const MAX_READ_BYTES = 1024 * 1024;

/**
 * Returns the name of a cached answer: the tool, and a digest of its action, the variables and programs that the action uses, the
 * parameters and `vary`. So another script and other credentials never share an answer.
 */
export async function cacheName(
  { key, vary = [] }: Settings['cache'],
  guarded: GuardedCall,
): Promise<string> {
  const { tool, params } = guarded;
  // Only the first call awaits: an `await` in each call is measurable where thousands are made.
  const { text, variables, files } = constants.get(tool) ?? (await findConstants(guarded));
  const valueOf = (name: string): string | null => guarded.environment[name] ?? null;
  const identity = [
    variables.map((name) => [name, valueOf(name)]),
    files.map(versionOf),
    key ? chosen(params, key) : params,
    vary.map((what) => (what === 'cwd' ? process.cwd() : valueOf(what.slice('env.'.length)))),
  ];
  return `${tool.name}:${createHash('sha256').update(text).update(canonicalJson(identity)).digest('hex')}`;
}

type Constants = {
  /** The action and the shape of its result. */
  text: string;
  /** The names of the variables that the action uses. */
  variables: readonly string[];
  /** The files that it runs. */
  files: readonly string[];
};

/** What is equal in all calls of a tool. */
const constants = new WeakMap<object, Constants>();

async function findConstants({ tool, declared }: GuardedCall): Promise<Constants> {
  const { action, outputSchema = null } = tool;
  const kind = kindOf(tool);
  // A shell reads `$NAME` too.
  const mentions = JSON.stringify(action).matchAll(/\$\{?([A-Za-z_]\w*)/g);
  const reads = kind?.variables?.(action).reads;
  const variables = new Set([
    ...[...mentions].map(([, name = '']) => name),
    ...(reads ? declared.filter(reads) : declared),
  ]);
  const files = (await kind?.programFiles?.(tool)) ?? [];
  const found = { text: canonicalJson([action, outputSchema]), variables: [...variables], files };
  constants.set(tool, found);
  return found;
}

/** Returns the chosen parameters. An absent one differs from one that is null. */
function chosen(params: GuardedCall['params'], names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(
    names.filter((name) => Object.hasOwn(params, name)).map((name) => [name, params[name]]),
  );
}

/** Returns what differs between two versions of a file. */
function versionOf(path: string): string {
  try {
    const { size, mtimeMs } = statSync(path);
    if (size > MAX_READ_BYTES) return `${size} ${mtimeMs}`;
    return createHash('sha256').update(readFileSync(path)).digest('hex');
  } catch {
    // There is no such file, or the action reports what is wrong with it.
    return '';
  }
}
