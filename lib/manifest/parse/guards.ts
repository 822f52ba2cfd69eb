import type { Guards, Tool } from '../../contract/manifest.ts';
import { nearest } from '../../contract/nearest.ts';
import type { Keys } from '../keys.ts';
import type { GuardKey, GuardKeys, GuardSyntax } from '../tool-key.ts';
import { describe, type Node } from '../yaml/node.ts';
import { error, type Problems } from '../yaml/problems.ts';
import type { Place } from '../yaml/source.ts';
import { asMap, readFields, type Fields } from './fields.ts';
import { readText } from './values.ts';

/** A guard with its syntax. */
export type LoadedGuard = Omit<GuardKey, 'syntax'> & GuardSyntax;

/** The setting of a guard and its place. The setting `false` switches the guard off. */
type ReadGuard = { guard: LoadedGuard; setting: unknown; at: Place };

/** The key of `guards` that decides what happens when Redis does not answer. */
const ON_REDIS_FAILURE = 'on_redis_failure';

/** What `guards` of a manifest defines for all tools of the file. */
export type GuardDefaults = { guards: readonly ReadGuard[]; optional: readonly string[] };

/** Loads the syntax of every guard. */
export async function loadGuardKeys(table: GuardKeys): Promise<LoadedGuard[]> {
  return await Promise.all(
    Object.values(table).map(async ({ syntax, ...row }) => ({ ...row, ...(await syntax()) })),
  );
}

/** Returns the guards as keys of a map. */
export function guardKeys(guards: readonly LoadedGuard[]): Keys {
  return Object.fromEntries(
    guards.map(({ key, about }) => [key, { kind: 'own', about, schema: {} }] as const),
  );
}

/** Returns the keys of `guards`. */
export function defaultKeys(guards: readonly LoadedGuard[]): Keys {
  const about = 'Guards that are skipped (`skip`) or refuse the call (`fail`) when Redis does not answer.';
  return { ...guardKeys(guards), [ON_REDIS_FAILURE]: { kind: 'own', about, schema: {} } };
}

/** Reads the guards among the fields of a map. */
export function readGuards(
  problems: Problems,
  fields: Fields<Keys>,
  guards: readonly LoadedGuard[],
): ReadGuard[] {
  return guards.flatMap((guard) => {
    const node = fields[guard.key];
    if (!node) return [];
    const isOff = node.kind === 'scalar' && node.value === false;
    const setting = isOff ? false : guard.parse(problems, node);
    return setting === undefined ? [] : [{ guard, setting, at: node.at }];
  });
}

/** Reads `guards` of a manifest. */
export function readGuardDefaults(
  problems: Problems,
  node: Node | undefined,
  guards: readonly LoadedGuard[],
): GuardDefaults {
  const map = node && asMap(problems, node, '`guards`', 'Write guards: { retry: 3 }');
  if (!map) return { guards: [], optional: [] };
  const fields: Fields<Keys> = readFields(problems, map, defaultKeys(guards), 'guards');
  const failure = fields[ON_REDIS_FAILURE];
  return {
    guards: readGuards(problems, fields, guards),
    optional: failure ? readOptional(problems, failure, guards) : [],
  };
}

/** Reads `on_redis_failure`: a map of guard → `skip` or `fail`. Returns the guards with `skip`. */
function readOptional(problems: Problems, node: Node, guards: readonly LoadedGuard[]): string[] {
  const map = asMap(
    problems,
    node,
    `\`${ON_REDIS_FAILURE}\``,
    `Write ${ON_REDIS_FAILURE}: { rate_limit: skip }`,
  );
  const names = guards.filter(({ withoutRedis }) => withoutRedis === 'fail').map(({ key }) => key);
  return (map?.entries ?? []).flatMap(({ key, keyAt, value }) => {
    if (!names.includes(key)) {
      const meant = nearest(key, names);
      const hint = meant === undefined ? `Its keys are ${names.join(', ')}.` : `Did you mean \`${meant}\`?`;
      error(problems, keyAt, `\`${ON_REDIS_FAILURE}\` has no key ${JSON.stringify(key)}`, hint);
      return [];
    }
    const choice = readText(problems, value, `\`${key}\` of \`${ON_REDIS_FAILURE}\``);
    if (choice === 'skip') return [key];
    if (choice !== undefined && choice !== 'fail')
      error(problems, value.at, `\`${key}\` must be skip or fail, not ${describe(value)}`);
    return [];
  });
}

/** Returns the guards of a tool, those of the tool itself and then the defaults; undefined when it has none. */
export function guardsOf(
  problems: Problems,
  tool: Tool,
  own: readonly ReadGuard[],
  { guards: defaults, optional }: GuardDefaults,
  scope: string | undefined,
): Guards | undefined {
  const replaced = new Set(own.map(({ guard }) => guard.key));
  const all = [...own, ...defaults.filter(({ guard }) => !replaced.has(guard.key))];
  const active = all.filter(({ setting }) => setting !== false);
  if (active.length === 0) return undefined;
  for (const { guard, setting, at } of active) {
    guard.check?.(problems, at, setting, tool);
    if (guard.withoutRedis && scope === undefined) {
      error(
        problems,
        at,
        `\`${guard.key}\` needs the \`name\` of the manifest, which is part of its keys in Redis`,
        'Add a name at the top: name: my-tools',
      );
    }
  }
  const settings = Object.fromEntries(active.map(({ guard, setting }) => [guard.key, setting]));
  return { scope: scope ?? '', settings, optional };
}
