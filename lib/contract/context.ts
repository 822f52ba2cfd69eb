import type { Process } from './process.ts';

/** The options that every interface takes, from flags, environment variables or a program. */
export type GlobalOptions = {
  /** The manifest: a file, or `builtin:redis`. */
  config?: string;
  /** The path of the audit log: a line for each call is appended to it. */
  audit?: string;
  /** The source of `config` for messages, when it is an argument of a command. */
  configBy?: 'argument';
  /** The time limit of every call, in milliseconds. */
  timeoutMs?: number;
  /** The greatest size of the output of a script or of an HTTP answer, in bytes. */
  maxOutputBytes?: number;
  /** How many calls run at a time in an interface that runs many. */
  maxCalls?: number;
  /** Comma-separated names of tools, with `*` and `?`: no other tool is allowed. */
  tools?: string;
  /** The name of one of the manifest's toolsets: no other tool is allowed. */
  toolset?: string;
  /** Only tools with `readOnlyHint` are allowed. */
  readOnly?: boolean;
};

/** The process, the options and the resources that an interface uses. */
export type Context = {
  readonly process: Process;
  readonly options: GlobalOptions;
  /** The folder for parsed manifests and compiled schemas; undefined when nothing may be cached. */
  readonly cacheFolder: string | undefined;
  /** The start of the work of the process, a reading of `performance.now()`. */
  readonly startedAt: number;
  /** Aborts when the process receives a signal to end. */
  readonly signal: AbortSignal;
  /** Writes a line for a person on stderr. */
  readonly notice: (text: string) => void;
};
