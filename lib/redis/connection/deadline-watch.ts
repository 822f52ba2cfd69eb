import type { Deadline } from '../../contract/deadline.ts';

/** An item with a deadline. The deadline may move while the item is watched. */
type Watched = { readonly deadline: Deadline };

/** The longest delay that a timer of Node accepts. */
const MAX_DELAY_MS = 2 ** 31 - 1;

/** Ends each item at its deadline. One timer serves all items: a timer per call costs a tenth of the throughput. */
export class DeadlineWatch<T extends Watched> {
  readonly #expire: (item: T) => void;
  readonly #watched = new Set<T>();
  #timer: NodeJS.Timeout | undefined;
  #firesAt = Infinity;

  /** `expire` is called with each item that is past its deadline, after the item was removed. */
  constructor(expire: (item: T) => void) {
    this.#expire = expire;
  }

  /** Starts to watch an item. */
  add(item: T): void {
    if (this.#watched.size === 0) this.#timer?.ref();
    this.#watched.add(item);
    if (item.deadline.endsAt < this.#firesAt) this.#arm(item.deadline.remainingMs());
  }

  /** Stops watching an item. */
  delete(item: T): void {
    this.#watched.delete(item);
    // The timer stays for the next call, but keeps no process alive.
    if (this.#watched.size === 0) this.#timer?.unref();
  }

  /** Returns the items that are watched now. */
  all(): T[] {
    return [...this.#watched];
  }

  /** Stops the timer. */
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
    for (const item of this.all()) {
      const remainingMs = item.deadline.remainingMs();
      if (remainingMs > 0) nextMs = Math.min(nextMs, remainingMs);
      else {
        this.#watched.delete(item);
        this.#expire(item);
      }
    }
    if (nextMs < this.#firesAt - performance.now()) this.#arm(nextMs);
  }
}
