import type { Process } from './process.ts';

/** The options that every interface takes, from flags, environment variables or a program. */
export type GlobalOptions = {
  /** The manifest: a file, or `builtin:redis`. */
  config?: string;
  /** What names `config` in messages (default: `-c`); `argument` is an argument of a command. */
  configBy?: '-c' | 'argument';
  /** The time limit of every call, in milliseconds. */
  timeoutMs?: number;
  /** The most that a script or an HTTP answer may give, in bytes. */
  maxOutputBytes?: number;
  /** Comma-separated names of tools, with `*` and `?`: no other tool is allowed. */
  tools?: string;
  /** The name of one of the manifest's toolsets: no other tool is allowed. */
  toolset?: string;
  /** Only tools with `readOnlyHint` are allowed. */
  readOnly?: boolean;
};

/** What an interface works with. */
export type Context = {
  readonly process: Process;
  readonly options: GlobalOptions;
  /** Where parsed manifests and compiled schemas are kept from one process to the next; nowhere when undefined. */
  readonly cacheFolder: string | undefined;
  /** When the process began its work, as `performance.now()`. */
  readonly startedAt: number;
  /** Aborts when the process is told to end. */
  readonly signal: AbortSignal;
  /** Writes a line for a person on stderr. */
  readonly notice: (text: string) => void;
};
