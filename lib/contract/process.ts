/** The environment variables of a process. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The part of `process` that this program uses, so that a test can pass an object of its own. */
export type Process = {
  readonly argv: readonly string[];
  readonly env: Environment;
  readonly stdin: AsyncIterable<Uint8Array | string> & { isTTY?: boolean; destroy?(): unknown };
  readonly stdout: Output;
  readonly stderr: Output;
  exitCode?: number | string | null | undefined;
  cwd(): string;
  /** Ends the process immediately; absent in tests. */
  exit?(code: number): unknown;
  on(event: 'SIGINT' | 'SIGTERM' | 'SIGHUP', listener: () => void): unknown;
  off(event: 'SIGINT' | 'SIGTERM' | 'SIGHUP', listener: () => void): unknown;
};

/** A stream that text is written to. */
export type Output = {
  /** Returns false when its buffer is full; the event `drain` follows when the buffer is empty again. */
  write(text: string): unknown;
  once?(event: 'drain', listener: () => void): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
  /** The stream behind an output that escapes control characters, or that does not need the stream to write. */
  readonly stream?: Output | undefined;
};
