import type { Deadline } from '../deadline.ts';

/** Something that ends at a deadline, which may still be moved while it is watched. */
type Watched = { readonly deadline: Deadline };

/** The longest delay that a timer takes. */
const MAX_DELAY_MS = 2 ** 31 - 1;

/** Ends what is past its deadline, with one timer for all: a timer per call would cost a tenth of the throughput. */
export class DeadlineWatch<T extends Watched> {
  readonly #expire: (watched: T) => void;
  readonly #watched = new Set<T>();
  #timer: NodeJS.Timeout | undefined;
  #firesAt = Infinity;

  /** `expire` is told of each that is past its deadline; it is watched no longer then. */
  constructor(expire: (watched: T) => void) {
    this.#expire = expire;
  }

  add(watched: T): void {
    if (this.#watched.size === 0) this.#timer?.ref();
    this.#watched.add(watched);
    if (watched.deadline.endsAt < this.#firesAt) this.#arm(watched.deadline.remainingMs());
  }

  delete(watched: T): void {
    this.#watched.delete(watched);
    // The timer stays for the next call, but keeps no process alive.
    if (this.#watched.size === 0) this.#timer?.unref();
  }

  /** What is watched now. */
  all(): T[] {
    return [...this.#watched];
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
    for (const watched of this.all()) {
      const remainingMs = watched.deadline.remainingMs();
      if (remainingMs > 0) nextMs = Math.min(nextMs, remainingMs);
      else {
        this.#watched.delete(watched);
        this.#expire(watched);
      }
    }
    if (nextMs < this.#firesAt - performance.now()) this.#arm(nextMs);
  }
}
