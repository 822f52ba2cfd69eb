import type { Environment } from '../contract/process.ts';
import type { Deadline } from '../contract/deadline.ts';
import type { Span } from '../contract/span.ts';

/** The options of `openRedis`. */
export type RedisOptions = {
  /** A REDIS_URL. */
  url: string;
  /** The first part of each key (`GANTZ_NAMESPACE`); `mcp` when absent. */
  namespace?: string | undefined;
  /** The environment of the caller. It determines the folder and the binary of the embedded server. */
  env: Environment;
  /**
   * A `one-shot` process makes one call: it fails at once when there is no server. A `long-lived` process waits a
   * moment for a server, and replaces lost connections.
   */
  mode: 'one-shot' | 'long-lived';
  /** Writes a notice for a person. */
  notice: (text: string) => void;
};

/** The options of one call. */
export type UseOptions = {
  /** The call fails with TIMEOUT when this deadline passes. */
  deadline: Deadline;
  /** Cancels the call. A GantzError as its reason becomes the failure; any other reason gives CANCELLED. */
  signal?: AbortSignal | undefined;
  /** True when the call writes nothing. A lost reply then has the outcome `none`. */
  readOnly?: boolean;
  /** The span to which those of the commands belong. Without it, there are none. */
  span?: Span | undefined;
};
