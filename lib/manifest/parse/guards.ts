import type { Tool } from '../../contract/manifest.ts';
import { nearest } from '../../contract/nearest.ts';
import type { Keys } from '../keys.ts';
import type { GuardKey, GuardKeys, GuardSyntax } from '../tool-key.ts';
import { describe, type Node } from '../yaml/node.ts';
import { error, noProblems, warn, type Problems } from '../yaml/problems.ts';
import type { Place } from '../yaml/source.ts';
import { asMap, readFields, type Fields } from './fields.ts';
import { readText } from './values.ts';

/** A guard with its syntax. */
export type LoadedGuard = Omit<GuardKey, 'syntax'> & GuardSyntax;

/** The setting of a guard and its place. The setting `false` switches the guard off. */
export type ReadGuard = { guard: LoadedGuard; setting: unknown; at: Place };

/** The key of `guards` that decides what happens when Redis does not answer. */
const ON_REDIS_FAILURE = 'on_redis_failure';

/** What the tools of one file get from `guards` and `name` of the file, and of those that include it. */
export type GuardDefaults = {
  guards: readonly ReadGuard[];
  /** The keys of the guards that are skipped when Redis does not answer. */
  optional: readonly string[];
  /** The name of the manifest; undefined when it has none. */
  scope: string | undefined;
};

/** The defaults of a manifest without `guards` and `name`. */
export const NO_DEFAULTS: GuardDefaults = { guards: [], optional: [], scope: undefined };

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

/** Reads `guards` of a file. `outer` has the name of the manifest, and the defaults that the file does not replace. */
export function readGuardDefaults(
  problems: Problems,
  node: Node | undefined,
  guards: readonly LoadedGuard[],
  outer: GuardDefaults,
): GuardDefaults {
  const map = node && asMap(problems, node, '`guards`', 'Write guards: { retry: 3 }');
  if (!map) return outer;
  const { scope } = outer;
  const important = guards.map(({ key }) => key);
  const fields: Fields<Keys> = readFields(problems, map, defaultKeys(guards), 'guards', important);
  const failure = fields[ON_REDIS_FAILURE];
  const own = readGuards(problems, fields, guards);
  for (const read of own) requireName(problems, read, scope);
  return {
    guards: [...own, ...without(outer.guards, own)],
    optional: failure ? readOptional(problems, failure, guards) : outer.optional,
    scope,
  };
}

/** Returns the guards without those that others replace. */
function without(guards: readonly ReadGuard[], others: readonly ReadGuard[]): ReadGuard[] {
  const replaced = new Set(others.map(({ guard }) => guard.key));
  return guards.filter(({ guard }) => !replaced.has(guard.key));
}

/** Reports a guard with keys in Redis in a manifest without a name. */
function requireName(problems: Problems, { guard, setting, at }: ReadGuard, scope: string | undefined): void {
  if (setting === false || scope !== undefined) return;
  if (!guard.withoutRedis || guard.usesRedis?.(setting) === false) return;
  error(
    problems,
    at,
    `\`${guard.key}\` needs the \`name\` of the manifest, which is part of its keys in Redis`,
    'Add a name at the top: name: my-tools',
  );
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

/** Returns a tool with its guards: its own ones, and the defaults that are for it. */
export function withGuards(
  problems: Problems,
  tool: Tool,
  own: readonly ReadGuard[],
  { guards: defaults, optional, scope }: GuardDefaults,
): Tool {
  const exempt: Record<string, string> = {};
  const isFor = ({ guard, setting }: ReadGuard): boolean => {
    const reason = setting === false ? undefined : guard.exempts?.(setting, tool);
    if (reason !== undefined) exempt[guard.key] = reason;
    return reason === undefined;
  };
  const all = [...own, ...without(defaults, own).filter(isFor)];
  const active = all.filter(({ setting }) => setting !== false);
  const settings = Object.fromEntries(active.map(({ guard, setting }) => [guard.key, setting]));
  const guarded: Tool = {
    ...tool,
    ...(active.length > 0 && { guards: { scope: scope ?? '', settings, optional } }),
    ...(Object.keys(exempt).length > 0 && { exempt }),
  };
  for (const read of own) {
    const { guard, setting, at } = read;
    if (setting !== false) guard.check?.(problems, at, setting, guarded);
    requireName(problems, read, scope);
  }
  return guarded;
}

/** Reports what is wrong with the defaults: all errors, and a warning only when no tool is without one. */
export function checkDefaults(
  problems: Problems,
  defaults: readonly ReadGuard[],
  tools: readonly Tool[],
): void {
  for (const { guard, setting, at } of defaults) {
    if (setting === false) continue;
    const { key } = guard;
    const guarded = tools.filter(({ guards }) => guards?.settings[key] === setting);
    const found = guarded.map((tool) => {
      const own = { ...noProblems(), tool: tool.name };
      guard.check?.(own, at, setting, tool);
      return own.list;
    });
    const errors = found.flat().filter(({ severity }) => severity === 'error');
    const [first = []] = found;
    problems.list.push(...(errors.length === 0 && found.every((list) => list.length > 0) ? first : errors));
    if (guarded.length > 0) continue;
    const tool = tools.find(({ exempt }) => exempt?.[key] !== undefined);
    if (tool)
      warn(
        problems,
        at,
        `\`${key}\` of \`guards\` is for none of the tools`,
        `${tool.name}, for example: ${tool.exempt?.[key] ?? ''}.`,
      );
  }
}
