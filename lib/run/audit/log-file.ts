/** A log to append to. */
export type LogFile = {
  /** Its path, absolute. */
  readonly path: string;
  /** A file of this size or more is renamed before the next line, in bytes. */
  readonly maxBytes: number;
};
