import type { Deadline } from '../deadline.ts';

/** Something that ends at a deadline, which may still be moved while it is watched. */
export type Watched = { readonly deadline: Deadline; expire(): void };

/** The longest delay that a timer takes. */
const MAX_DELAY_MS = 2 ** 31 - 1;

/** Ends what is past its deadline, with one timer for all: a timer per call would cost a tenth of the throughput. */
export class DeadlineWatch {
  readonly #watched = new Set<Watched>();
  #timer: NodeJS.Timeout | undefined;
  #firesAt = Infinity;

  add(watched: Watched): void {
    if (this.#watched.size === 0) this.#timer?.ref();
    this.#watched.add(watched);
    const remainingMs = watched.deadline.remainingMs();
    if (performance.now() + remainingMs < this.#firesAt) this.#arm(remainingMs);
  }

  delete(watched: Watched): void {
    this.#watched.delete(watched);
    // The timer stays for the next call, but keeps no process alive.
    if (this.#watched.size === 0) this.#timer?.unref();
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#firesAt = Infinity;
  }

  #arm(delayMs: number): void {
    clearTimeout(this.#timer);
    this.#firesAt = performance.now() + delayMs;
    this.#timer = setTimeout(() => this.#sweep(), Math.min(Math.ceil(delayMs), MAX_DELAY_MS));
  }

  #sweep(): void {
    this.close();
    let nextMs = Infinity;
    for (const watched of [...this.#watched]) {
      const remainingMs = watched.deadline.remainingMs();
      if (remainingMs > 0) nextMs = Math.min(nextMs, remainingMs);
      else {
        this.#watched.delete(watched);
        watched.expire();
      }
    }
    if (nextMs < this.#firesAt - performance.now()) this.#arm(nextMs);
  }
}
