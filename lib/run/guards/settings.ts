import type { Code } from '../../contract/errors.ts';

/** How long the answer of a call with an idempotency key is kept when the tool does not say it. */
export const KEEP_MS = 60 * 60 * 1000;

/** The settings of the guards by their keys: plain JSON, since manifests are kept in a cache. Times are in milliseconds. */
export type Settings = {
  idempotency: {
    /** How long an answer is kept. */
    keepMs: number;
    /** The parameters that are the key when the caller gives none. */
    key?: readonly string[];
  };
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
