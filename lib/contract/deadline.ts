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

  /** When it is over, as a reading of `performance.now()`. */
  get endsAt(): number {
    return this.#endsAt;
  }

  /** Milliseconds left, never below 0. */
  remainingMs(): number {
    return Math.max(0, this.#endsAt - performance.now());
  }

  /**
   * Makes room for a wait of `ms` from now plus `graceMs` to finish in, unless the limit is fixed.
   * Gives the milliseconds that may really be waited.
   */
  allowWait(ms: number, graceMs = 1000): number {
    if (!this.fixed) this.#endsAt = Math.max(this.#endsAt, performance.now() + ms + graceMs);
    // A fixed limit still leaves a tenth (at most the grace) to answer in.
    const reserve = this.fixed ? Math.min(graceMs, this.remainingMs() / 10) : 0;
    return Math.min(ms, Math.max(0, this.remainingMs() - reserve));
  }

  /** The failure of a call that ran past this limit. */
  error(what = 'The call'): GantzError {
    return new GantzError('TIMEOUT', `${what} did not finish within ${formatMs(this.budgetMs)}`, {
      hint: 'Allow more with --timeout (before the tool name) or GANTZ_TIMEOUT.',
    });
  }
}

function formatMs(ms: number): string {
  return ms >= 1000 ? `${Number((ms / 1000).toFixed(1))} s` : `${Math.round(ms)} ms`;
}
