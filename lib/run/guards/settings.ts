import type { Code } from '../../contract/errors.ts';

/** How long the answer of a call with an idempotency key is kept when the tool does not say it. */
export const KEEP_MS = 60 * 60 * 1000;

/** The settings of the guards by their keys: plain JSON, since manifests are kept in a cache. Times are in milliseconds. */
export type Settings = {
  /** A person must agree to each call. */
  confirm: boolean;
  idempotency: {
    /** How long an answer is kept. */
    keepMs: number;
    /** The parameters that are the key when the caller gives none. */
    key?: readonly string[];
  };
  cache: {
    /** How long an answer is fresh. */
    ttlMs: number;
    /** How long after that it is served while another call computes a new one. */
    staleMs?: number;
    /** The parameters that distinguish answers; all of them when absent. */
    key?: readonly string[];
    /** What else distinguishes answers: `cwd` and `env.NAME`. */
    vary?: readonly string[];
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
  circuit_breaker: {
    /** How many failures within which time open the breaker. */
    failures: number;
    withinMs: number;
    /** How long it stays open. */
    cooldownMs: number;
    /** A name that several tools share; that of the tool when absent. */
    name?: string;
  };
  rate_limit: {
    limit: number;
    perSeconds: number;
    /** The parameters whose values are counted apart. */
    by?: readonly string[];
    /** How long a call waits until it is allowed. */
    waitMs: number;
    name?: string;
  };
  concurrency: {
    limit: number;
    /** How long a call waits for another one to end. */
    waitMs: number;
    /** True to count the calls of each process apart. */
    perProcess?: boolean;
    name?: string;
  };
};
