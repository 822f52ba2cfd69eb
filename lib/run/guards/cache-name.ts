import { createHash } from 'node:crypto';
import { canonicalJson } from '../../json/canonical.ts';
import { expand } from '../../manifest/environment.ts';
import type { GuardedCall } from './guard.ts';
import type { Settings } from './settings.ts';

/**
 * Returns the name of a cached answer: the tool, and a digest of its action with the values of `${}`, the parameters and `vary`. So
 * another script and other credentials never share an answer.
 */
export function cacheName(
  { key, vary = [] }: Settings['cache'],
  { tool, params, environment }: GuardedCall,
): string {
  const chosen = key ? Object.fromEntries(key.map((name) => [name, params[name] ?? null])) : params;
  const identity = [
    expandAll(tool.action, environment),
    // The variables that the manifest sets for the process of the tool.
    Object.fromEntries(Object.keys(tool.environment).map((name) => [name, environment[name] ?? null])),
    tool.directory,
    chosen,
    vary.map((what) => (what === 'cwd' ? process.cwd() : (environment[what.slice('env.'.length)] ?? null))),
  ];
  return `${tool.name}:${createHash('sha256').update(canonicalJson(identity)).digest('hex')}`;
}

/** Returns a copy of an action in which every text has the values of its `${VAR}`. */
function expandAll(value: unknown, environment: Readonly<Record<string, string>>): unknown {
  if (typeof value === 'string') return expand(value, environment);
  if (Array.isArray(value)) return value.map((item) => expandAll(item, environment));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name, expandAll(member, environment)]),
  );
}
