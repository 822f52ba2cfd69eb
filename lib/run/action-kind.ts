import type { Result } from '../contract/envelope.ts';
import type { ActionVariables } from '../manifest/environment.ts';
import type { Action, ProblemInText } from '../contract/manifest.ts';
import type { ParsedAction, ToolKey } from '../manifest/tool-key.ts';
import type { Invocation, ToolWith } from './invocation.ts';

/**
 * Everything that is particular to one kind of action `A`. Every call loads all descriptors, so a descriptor is small and
 * its functions load other files with `await import(…)`.
 *
 * It has methods, not properties of a function type, so that one table can hold kinds of different actions.
 */
export type ActionKind<A extends Action = Action> = ToolKey<ParsedAction<A>> & {
  /** The time limit of a call in milliseconds, when the tool has none of its own. */
  readonly timeoutMs: number;
  /** `redis`: the action runs on the connection that all calls share, and ends when that connection is closed. */
  readonly needs?: 'redis';
  /** Returns the environment variables that the action adds and reads. When absent, it adds none and may read all. */
  variables?(action: A): ActionVariables;
  /** Returns the paths of files that an action may run: an edited file makes it another action. When absent, it runs none. */
  programFiles?(tool: ToolWith<A>): Promise<readonly string[]>;
  /** Finds the problems that `validate` reports. It runs nothing. When absent, there are none. */
  review?(tool: ToolWith<A>): Promise<readonly ProblemInText[]>;
  /** Loads what the first run of an action needs, so that the run itself does not wait for it. */
  prepare?(action: A): Promise<void>;
  /** Runs the action once and returns the fields of the result. Throws a GantzError on every failure. */
  run(invocation: Invocation<A>): Promise<Result>;
};
