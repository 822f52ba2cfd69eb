import type { Keys } from './keys.ts';
import type { Action, Annotations, JsonSchema, Tool } from '../contract/manifest.ts';
import type { Node } from './yaml/node.ts';
import type { Problems } from './yaml/problems.ts';
import type { Place } from './yaml/source.ts';

/**
 * A key of a tool that lib/manifest does not define itself, such as that of an action. The parser and the schema for
 * editors take tables of such keys as a parameter.
 */
export type ToolKey<Parsed> = {
  readonly key: string;
  /** Its description: a sentence for editors. */
  readonly about: string;
  /** Which manifests have this key: those of users, or the bundled one; both when absent. */
  readonly manifests?: 'user' | 'bundled';
  /** Loads its syntax; called only when a manifest is parsed, not for a bundled or a cached one. */
  readonly syntax: () => Promise<Syntax<Parsed>>;
};

/** The syntax of a key of a tool: the form of its value. */
export type Syntax<Parsed> = {
  /** The keys of its value; absent when its value is not a map. */
  readonly fields?: Keys;
  /** Parses its value. Returns undefined after it has reported an error. */
  readonly parse: (problems: Problems, node: Node) => Parsed | undefined;
  /** Returns the JSON Schema of its value, which may refer to the `$defs` of schema.ts. */
  readonly schema: () => JsonSchema;
};

/** A parsed action, with the other properties of the tool that its text defines. */
export type ParsedAction<A extends Action = Action> = {
  action: A;
  /** Its own time limit in milliseconds, which takes precedence over that of the tool. */
  timeoutMs?: number;
  /** Hints that override those of the author. */
  annotations?: Annotations;
};

/** The key of a guard `Setting`. */
export type GuardKey<Setting = unknown> = Omit<ToolKey<Setting>, 'syntax' | 'manifests'> & {
  /** What the guard does when Redis does not answer, unless `on_redis_failure` says otherwise; absent when it uses no Redis. */
  readonly withoutRedis?: 'skip' | 'fail';
  /** Returns false when the guard uses no Redis with this setting; absent when it does with each. */
  usesRedis?(setting: Setting): boolean;
  readonly syntax: () => Promise<GuardSyntax<Setting>>;
};

/** The syntax of a guard. `schema` is that of the short forms; a map is described by `fields`. */
export type GuardSyntax<Setting = unknown> = Syntax<Setting> & {
  /** Reports what is wrong with the setting for this tool. */
  check?(problems: Problems, at: Place, setting: Setting, tool: Tool): void;
  /** Returns why the setting is not for this tool when it is a default of the manifest; undefined when it is. */
  exempts?(setting: Setting, tool: Tool): string | undefined;
};

/** The guards, by their keys. */
export type GuardKeys = Readonly<Record<string, GuardKey>>;

/** The action kinds: `kind` of the action → the key that it is written under. */
export type ActionKeys = Readonly<Record<string, ToolKey<ParsedAction>>>;
