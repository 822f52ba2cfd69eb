import { hash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { canonicalJson } from '../../json/canonical.ts';
import { kindOf } from '../kinds.ts';
import type { GuardedCall, Variables } from './guard.ts';
import type { Settings } from './settings.ts';

/** Files above this size in bytes are compared by their size and time, not by their content. */
const MAX_READ_BYTES = 1024 * 1024;

/**
 * Returns what identifies a cached answer of a tool: a digest of its action, the variables and programs that the action uses, the
 * parameters and `vary`. So another script and other credentials never share an answer.
 */
export function cacheDigest(
  { key, vary }: Settings['cache'],
  { params }: GuardedCall,
  { digest, files }: Constants,
): string {
  const chosen = canonicalJson(key ? chosenOf(params, key) : params);
  const versions = files.length > 0 ? JSON.stringify(files.map(versionOf)) : '';
  const cwd = vary?.includes('cwd') ? process.cwd() : '';
  // 132 bits: a longer key makes each hit measurably slower.
  return hash('sha256', digest + chosen + versions + cwd, 'base64url').slice(0, 22);
}

/** What is equal in all calls of a tool in this process. */
export type Constants = {
  /** A digest of the action, of the shape of its result, and of the values of the variables that distinguish answers. */
  digest: string;
  /** The files that the action runs. */
  files: readonly string[];
  /** What the keys of its answers begin with; undefined until it is first used. */
  keyPrefix?: string;
};

const known = new WeakMap<Variables, Constants>();

/** Returns the constants of a tool. Only the first call gets a promise: an `await` in each call is measurable. */
export function constantsOf(
  setting: Settings['cache'],
  guarded: GuardedCall,
): Constants | Promise<Constants> {
  return known.get(guarded.variablesOf(guarded.tool)) ?? findConstants(setting, guarded);
}

async function findConstants(
  { vary = [] }: Settings['cache'],
  { tool, variablesOf }: GuardedCall,
): Promise<Constants> {
  const { action, outputSchema = null } = tool;
  const variables = variablesOf(tool);
  const { environment, declared } = variables;
  const kind = kindOf(tool);
  const reads = kind?.variables?.(action).reads;
  const names = new Set([
    ...mentionedIn(JSON.stringify(action)),
    ...(reads ? declared.filter(reads) : declared),
    ...vary.filter((what) => what !== 'cwd').map((what) => what.slice('env.'.length)),
  ]);
  const values = [...names].map((name) => [name, environment[name] ?? null]);
  const digest = hash('sha256', canonicalJson([action, outputSchema, values]));
  const found: Constants = { digest, files: (await kind?.programFiles?.(tool)) ?? [] };
  known.set(variables, found);
  return found;
}

/**
 * Returns the names of the variables that an action mentions, as JSON. A shell reads `$NAME`, `${#NAME}` and `${!NAME}` too, and each
 * name in `$((…))`.
 */
function mentionedIn(json: string): string[] {
  const mentions = [...json.matchAll(/\$\{?[#!]?([A-Za-z_]\w*)/g)].map(([, name = '']) => name);
  const arithmetic = [...json.matchAll(/\(\((.*?)\)\)/g)].map(([, text = '']) =>
    text.replaceAll(/\\./g, ' '),
  );
  return [...mentions, ...arithmetic.flatMap((text) => text.match(/[A-Za-z_]\w*/g) ?? [])];
}

/** Returns the chosen parameters. An absent one differs from one that is null. */
function chosenOf(params: GuardedCall['params'], names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(
    names.filter((name) => Object.hasOwn(params, name)).map((name) => [name, params[name]]),
  );
}

/** Returns what differs between two versions of a file. */
function versionOf(path: string): string {
  try {
    const { size, mtimeMs } = statSync(path);
    if (size > MAX_READ_BYTES) return `${size} ${mtimeMs}`;
    return hash('sha256', readFileSync(path));
  } catch {
    // There is no such file, or the action reports what is wrong with it.
    return '';
  }
}
