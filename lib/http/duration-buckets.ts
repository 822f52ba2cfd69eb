/** The largest relative error of a percentile. */
export const LARGEST_ERROR = 0.05;
/** A shorter duration is counted as this one, in milliseconds. */
export const SHORTEST_MS = 0.01;
/** A longer duration is counted as this one, in milliseconds. */
export const LONGEST_MS = 3_600_000;

const RATIO = (1 + LARGEST_ERROR) / (1 - LARGEST_ERROR);
const LOG_RATIO = Math.log(RATIO);

/** How many buckets there are: each ends at a duration that is 10.5 % longer than the one before. */
export const BUCKETS = Math.ceil(Math.log(LONGEST_MS / SHORTEST_MS) / LOG_RATIO) + 1;

/** Returns the bucket of a duration in milliseconds. */
export function bucketOf(ms: number): number {
  if (!(ms > SHORTEST_MS)) return 0;
  return Math.min(BUCKETS - 1, Math.ceil(Math.log(ms / SHORTEST_MS) / LOG_RATIO));
}

/**
 * Returns a percentile of the durations in milliseconds, with an error of at most 5 %; null when there are none. `counts` begins with
 * the count of each bucket, and `share` is between 0 and 1.
 */
export function percentileOf(counts: ArrayLike<number>, share: number): number | null {
  let all = 0;
  for (let bucket = 0; bucket < BUCKETS; bucket++) all += counts[bucket] ?? 0;
  if (all === 0) return null;
  let rest = Math.max(1, Math.ceil(share * all));
  let bucket = 0;
  for (; bucket < BUCKETS; bucket++) {
    rest -= counts[bucket] ?? 0;
    if (rest <= 0) break;
  }
  // The middle, by ratio, of the durations of the bucket.
  return (SHORTEST_MS * RATIO ** bucket * 2) / (1 + RATIO);
}
