import type { Call } from '../contract/call.ts';
import type { Action, Tool } from '../contract/manifest.ts';
import type { RedisHandle } from '../redis/open.ts';

/** A tool whose action is of one kind. */
export type ToolWith<A extends Action> = Omit<Tool, 'action'> & { action: A };

/** Everything that an action needs to run once. */
export type Invocation<A extends Action = Action> = {
  readonly tool: ToolWith<A>;
  /** Checked, converted, with defaults filled in. */
  readonly params: Readonly<Record<string, unknown>>;
  readonly call: Call;
  /** The caller's environment with the manifest's and the tool's own on top, `${VAR}` resolved. */
  readonly environment: Readonly<Record<string, string>>;
  /** The most that a script or an HTTP answer may give, in bytes. */
  readonly maxOutputBytes: number;
  /** Returns the connection of the runner, which connects when it is first used. */
  readonly redis: () => RedisHandle;
};
