import type { Call } from '../call.ts';
import type { Tool } from '../manifest/manifest.ts';

/** Everything an action needs to run once: the tool, its checked parameters, and the world it runs in. */
export type Invocation = {
  readonly tool: Tool;
  /** Checked, converted, with defaults filled in. */
  readonly params: Readonly<Record<string, unknown>>;
  readonly call: Call;
  /** The caller's environment with the manifest's and the tool's own on top, `${VAR}` resolved. */
  readonly environment: Readonly<Record<string, string>>;
  /** The most that a script or an HTTP answer may give, in bytes. */
  readonly maxOutputBytes: number;
};
