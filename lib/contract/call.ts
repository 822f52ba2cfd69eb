import type { Deadline } from './deadline.ts';

/** Something that a running tool reports before its result; interfaces print it (`--follow`) or send it as progress. */
export type ProgressEvent = {
  event: string;
  /** A sentence, or with event `message` the JSON value that was received. */
  message?: unknown;
  progress?: number;
  total?: number;
} & Record<string, unknown>;

/** What binds one call besides its parameters. */
export type Call = {
  readonly deadline: Deadline;
  /** Aborts when the caller cancels, with a GantzError as reason; not at the deadline. */
  readonly signal: AbortSignal | undefined;
  /** Reports progress. */
  readonly emit: (event: ProgressEvent) => void;
  /** Writes a notice for a person (a line on stderr). */
  readonly notice: (text: string) => void;
  /** Receives what a JavaScript handler prints on stdout and stderr. Without it, both go to stderr. */
  readonly print?: ((text: string) => void) | undefined;
  /** Whether the caller asked for events as they come (`--follow`). */
  readonly follow: boolean;
  /** Whether the caller gave a parameter, as opposed to its being filled in by default. */
  readonly given: (name: string) => boolean;
};
