import type { Environment } from '../contract/process.ts';
import type { Deadline } from '../deadline.ts';

/** What a connection to Redis is opened with. */
export type RedisOptions = {
  /** A REDIS_URL. */
  url: string;
  /** What the names of keys begin with (`GANTZ_NAMESPACE`); `mcp` when absent. */
  namespace?: string | undefined;
  /** The caller's environment: where an embedded server lives and what starts it. */
  env: Environment;
  /** `one-shot` fails at once when there is no server; `long-lived` gives it a moment, and replaces lost connections. */
  mode: 'one-shot' | 'long-lived';
  /** Writes a notice for a person. */
  notice: (text: string) => void;
};

/** What binds one use of the connection. */
export type Binding = {
  deadline: Deadline;
  /** Aborts with a GantzError as reason; any other is CANCELLED. */
  signal?: AbortSignal | undefined;
  /** True when nothing is written, so that a lost answer has changed nothing. */
  readOnly?: boolean;
};
