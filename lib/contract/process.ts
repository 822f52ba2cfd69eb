/** The environment variables of a process. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** What this program uses of `process`, so that a test can pass its own. */
export type Process = {
  readonly argv: readonly string[];
  readonly env: Environment;
  readonly stdin: AsyncIterable<Uint8Array | string> & { isTTY?: boolean; destroy?(): unknown };
  readonly stdout: Output;
  readonly stderr: Output;
  exitCode?: number | string | null | undefined;
  cwd(): string;
  /** Ends at once; a process of a test has none. */
  exit?(code: number): unknown;
  on(event: 'SIGINT' | 'SIGTERM' | 'SIGHUP', listener: () => void): unknown;
  off(event: 'SIGINT' | 'SIGTERM' | 'SIGHUP', listener: () => void): unknown;
};

/** A stream of text that a person or a program reads. */
export type Output = {
  /** False when the reader has fallen behind: `drain` comes when it has caught up. */
  write(text: string): unknown;
  once?(event: 'drain', listener: () => void): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
};
