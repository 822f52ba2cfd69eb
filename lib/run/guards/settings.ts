import type { Code } from '../../contract/errors.ts';

/** The settings of the guards by their keys: plain JSON, since manifests are kept in a cache. Times are in milliseconds. */
export type Settings = {
  retry: {
    /** How often the action runs at most, the first time included. */
    attempts: number;
    /** The pause before the second attempt. It doubles for each further one. */
    backoffMs: number;
    maxBackoffMs: number;
    /** The time limit of one attempt. */
    attemptTimeoutMs?: number;
    /** Codes of failures that are repeated although they are not retryable. */
    on?: readonly Code[];
  };
};
