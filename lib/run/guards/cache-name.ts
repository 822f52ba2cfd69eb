import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import type { Action } from '../../contract/manifest.ts';
import { canonicalJson } from '../../json/canonical.ts';
import type { ToolWith } from '../invocation.ts';
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
  { tool, params, environment, declared }: GuardedCall,
): Promise<string> {
  const { text, variables } = constantsOf(tool);
  const kind = kindOf(tool);
  const reads = kind?.variables?.(tool.action).reads;
  const names = [...variables, ...(reads ? declared.filter(reads) : declared)];
  const valueOf = (name: string): string | null => environment[name] ?? null;
  const files = kind?.programFiles ? await kind.programFiles(tool) : [];
  const identity = [
    text,
    names.map((name) => [name, valueOf(name)]),
    files.map(versionOf),
    key ? chosen(params, key) : params,
    vary.map((what) => (what === 'cwd' ? process.cwd() : valueOf(what.slice('env.'.length)))),
  ];
  return `${tool.name}:${createHash('sha256').update(canonicalJson(identity)).digest('hex')}`;
}

type Constants = {
  /** The action and the shape of its result. */
  text: string;
  /** The names of the variables that the texts of the action mention. */
  variables: readonly string[];
};

const constants = new WeakMap<object, Constants>();

/** Returns the part of the name that is equal in all calls of a tool. It is made once for each tool. */
function constantsOf(tool: ToolWith<Action>): Constants {
  const known = constants.get(tool);
  if (known) return known;
  const { action, outputSchema = null } = tool;
  // A shell reads `$NAME` too.
  const mentions = JSON.stringify(action).matchAll(/\$\{?([A-Za-z_]\w*)/g);
  const variables = [...new Set([...mentions].map(([, name = '']) => name))];
  const made = { text: canonicalJson([action, outputSchema]), variables };
  constants.set(tool, made);
  return made;
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
    // The action reports what is wrong with the file.
    return '';
  }
}
