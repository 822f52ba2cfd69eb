import type { Call } from '../contract/call.ts';
import type { Action, Tool } from '../contract/manifest.ts';
import type { RedisHandle } from '../redis/open.ts';

/** A tool with an action of the kind `A`. */
export type ToolWith<A extends Action> = Omit<Tool, 'action'> & { action: A };

/** The input of one run of an action. */
export type Invocation<A extends Action = Action> = {
  readonly tool: ToolWith<A>;
  /** The parameters of the call: checked, converted, with defaults. */
  readonly params: Readonly<Record<string, unknown>>;
  readonly call: Call;
  /** The caller's environment variables, overridden by those of the manifest and the tool; `${VAR}` is expanded. */
  readonly environment: Readonly<Record<string, string>>;
  /** The maximum size of the output of a script or of the body of an HTTP response, in bytes. */
  readonly maxOutputBytes: number;
  /** Returns the connection of the runner. It connects when it is first used. */
  readonly redis: () => RedisHandle;
};
