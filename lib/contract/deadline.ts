import { GantzError } from './errors.ts';

/**
 * The one time limit of a call, in milliseconds on the monotonic clock that starts with the process.
 * `fixed` (from --timeout or GANTZ_TIMEOUT) means that no tool may extend it.
 */
export class Deadline {
  #endsAt: number;
  readonly budgetMs: number;
  readonly fixed: boolean;

  /** `startedAt` is a reading of `performance.now()`; 0 is the start of the process. */
  constructor({
    budgetMs,
    startedAt = performance.now(),
    fixed = false,
  }: {
    budgetMs: number;
    startedAt?: number;
    fixed?: boolean;
  }) {
    this.#endsAt = startedAt + budgetMs;
    this.budgetMs = budgetMs;
    this.fixed = fixed;
  }

  /** The end of the time limit, a reading of `performance.now()`. */
  get endsAt(): number {
    return this.#endsAt;
  }

  /** Milliseconds left, never below 0. */
  remainingMs(): number {
    return Math.max(0, this.#endsAt - performance.now());
  }

  /** Returns this limit `ms` milliseconds later. */
  later(ms: number): Deadline {
    const { budgetMs, fixed } = this;
    return new Deadline({ budgetMs, startedAt: this.#endsAt - budgetMs + ms, fixed });
  }

  /**
   * Extends the limit to `ms` from now plus `graceMs`, unless the limit is fixed. Returns how many milliseconds the caller
   * may wait.
   */
  allowWait(ms: number, graceMs = 1000): number {
    if (!this.fixed) this.#endsAt = Math.max(this.#endsAt, performance.now() + ms + graceMs);
    // A tenth of a fixed limit, and at most the grace, is reserved for the answer.
    const reserve = this.fixed ? Math.min(graceMs, this.remainingMs() / 10) : 0;
    return Math.min(ms, Math.max(0, this.remainingMs() - reserve));
  }

  /** Returns the TIMEOUT failure of this limit; `what` is the subject of its message. */
  error(what = 'The call'): GantzError {
    return new GantzError('TIMEOUT', `${what} did not finish within ${formatMs(this.budgetMs)}`, {
      hint: 'Set a longer limit with --timeout (before the tool name) or GANTZ_TIMEOUT.',
    });
  }
}

function formatMs(ms: number): string {
  return ms >= 1000 ? `${Number((ms / 1000).toFixed(1))} s` : `${Math.round(ms)} ms`;
}
