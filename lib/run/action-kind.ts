import type { Result } from '../contract/envelope.ts';
import type { ActionVariables } from '../manifest/environment.ts';
import type { Action, ProblemInText } from '../contract/manifest.ts';
import type { ParsedAction, ToolKey } from '../manifest/tool-key.ts';
import type { Invocation, ToolWith } from './invocation.ts';

/**
 * Everything that is particular to one kind of action `A`. The descriptor itself is small, because every call loads all of
 * them; each function loads what it needs with `await import(…)`.
 *
 * It has methods, not properties, so that a table can hold kinds of different actions.
 */
export type ActionKind<A extends Action = Action> = ToolKey<ParsedAction<A>> & {
  /** The time limit in milliseconds of a call whose tool states none. */
  readonly timeoutMs: number;
  /** `redis` runs on the connection that all calls share, and ends when that is closed. */
  readonly needs?: 'redis';
  /** What it says about environment variables; it adds none and may read all when absent. */
  variables?(action: A): ActionVariables;
  /** Finds problems that `validate` reports, without running anything; none when absent. */
  review?(tool: ToolWith<A>): Promise<readonly ProblemInText[]>;
  /** Loads what the first run of an action needs; `run` does it as well. */
  prepare?(action: A): Promise<void>;
  /** Runs the action once. Throws a GantzError on every failure. */
  run(invocation: Invocation<A>): Promise<Result>;
};
