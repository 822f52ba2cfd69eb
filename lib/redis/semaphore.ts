/** A bounded number of places; who comes when all are taken waits in line. */
export class Slots {
  #free: number;
  readonly #waiting = new Set<() => void>();

  constructor(size: number) {
    this.#free = size;
  }

  /** Resolves to the function that gives the place back; `onCancel` is handed what leaves the line. */
  async take(onCancel: (cancel: () => void) => void): Promise<() => void> {
    if (this.#free > 0) this.#free--;
    else {
      await new Promise<void>((resolve, reject) => {
        this.#waiting.add(resolve);
        onCancel(() => {
          if (this.#waiting.delete(resolve)) reject(new Error('gave up waiting'));
        });
      });
    }
    let given = false;
    return () => {
      if (given) return;
      given = true;
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
