import type { Keys } from './keys.ts';
import type { Action, Annotations, JsonSchema } from '../contract/manifest.ts';
import type { Node } from './yaml/node.ts';
import type { Problems } from './yaml/problems.ts';

/**
 * A key of a tool that lib/manifest does not define itself, such as that of an action. The parser and the schema for
 * editors take tables of such keys as a parameter.
 */
export type ToolKey<Parsed> = {
  readonly key: string;
  /** What it is for: a sentence for editors. */
  readonly about: string;
  /** Which manifests have this key: those of users, or the bundled one; both when absent. */
  readonly manifests?: 'user' | 'bundled';
  /** Loads how it is written. A call of a tool whose manifest is bundled or cached never needs this. */
  readonly syntax: () => Promise<Syntax<Parsed>>;
};

/** How a key of a tool is written. */
export type Syntax<Parsed> = {
  /** The keys of the map that stands under it; absent when it takes no map. */
  readonly fields?: Keys;
  /** Parses what stands under it. Returns undefined after it has reported an error. */
  readonly parse: (problems: Problems, node: Node) => Parsed | undefined;
  /** Returns the JSON Schema of what may stand under it; it may refer to the `$defs` of schema.ts. */
  readonly schema: () => JsonSchema;
};

/** A parsed action, with what else its text says about the tool. */
export type ParsedAction<A extends Action = Action> = {
  action: A;
  /** Its own time limit in milliseconds, which takes precedence over that of the tool. */
  timeoutMs?: number;
  /** Hints that hold whatever the author states. */
  annotations?: Annotations;
};

/** The action kinds: `kind` of the action → the key that it is written under. */
export type ActionKeys = Readonly<Record<string, ToolKey<ParsedAction>>>;
