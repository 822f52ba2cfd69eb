/** Counts of calls over some time. */
export type CallCounts = {
  calls: number;
  failed: number;
  /** Percentiles of the durations in milliseconds, with an error of at most 5 %; null without calls. */
  p50: number | null;
  p95: number | null;
  p99: number | null;
  hits: number;
  stale: number;
  misses: number;
  rate_limited: number;
  concurrency_limited: number;
  overloaded: number;
};

/** What is known of the whole server at a time. */
export type ServerState = {
  in_flight: number;
  waiting: number;
  /** The memory of the process, in bytes. */
  memory: number;
  /** How long a PING took, in milliseconds. */
  redis_ms: number | null;
  /** Bytes. */
  redis_used: number | null;
  redis_limit: number | null;
};

/** The counts of the last hour, as the console reads them. The points are columns: lists of the same length. */
export type MetricsAnswer = {
  /** When this history began, in milliseconds since 1970. Another value means another process. */
  started: number;
  now: number;
  /** The time of a point. */
  point_ms: number;
  /** The number of the last complete point: `since` of the next request. */
  last: number;
  /** The complete points after `since`. */
  points: Record<'at' | keyof CallCounts | keyof ServerState, (number | null)[]> & {
    /** The failures by their codes. */
    codes: Record<string, number[]>;
  };
  /** The counts of the chosen tool, or of all, in the range. */
  range: CallCounts & { codes: Record<string, number> };
  /** The names of the tools that were called within the hour. */
  called: string[];
  /** The tools that were called in the range. */
  tools: { tool: string[]; calls: number[]; failed: number[]; p95: (number | null)[] };
  server: ServerState & { redis: 'unused' | 'unknown' | 'up' | 'down' };
};
