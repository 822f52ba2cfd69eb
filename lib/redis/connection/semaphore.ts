/** Limits how many holders there are at the same time. Further callers wait, and are served in order. */
export class Semaphore {
  #free: number;
  readonly #waiting = new Set<() => void>();

  constructor(size: number) {
    this.#free = size;
  }

  /**
   * Waits until there are fewer holders than the limit. Resolves to the function that ends this hold. During a wait,
   * `onCancel` receives a function that ends the wait; the promise then rejects.
   */
  async acquire(onCancel: (cancel: () => void) => void): Promise<() => void> {
    if (this.#free > 0) this.#free--;
    else {
      await new Promise<void>((resolve, reject) => {
        this.#waiting.add(resolve);
        onCancel(() => {
          if (this.#waiting.delete(resolve)) reject(new Error('The wait was cancelled'));
        });
      });
    }
    let released = false;
    return () => {
      if (released) return;
      released = true;
      this.#release();
    };
  }

  #release(): void {
    const [next] = this.#waiting;
    if (next) {
      this.#waiting.delete(next);
      next();
    } else this.#free++;
  }
}
