/** Puts answers back into the order of their calls. */
export class InOrder {
  /** Characters that wait for an earlier answer. */
  waiting = 0;
  readonly #write: (text: string) => void;
  readonly #early = new Map<number, string>();
  #next = 0;

  constructor(write: (text: string) => void) {
    this.#write = write;
  }

  /** How many answers were written. */
  get written(): number {
    return this.#next;
  }

  /** The answer of the call of this index, counted from 0: written as soon as all earlier ones are. */
  put(index: number, text: string): void {
    if (index !== this.#next) {
      this.#early.set(index, text);
      this.waiting += text.length;
      return;
    }
    this.#write(text);
    this.#next++;
    for (let early = this.#early.get(this.#next); early !== undefined; early = this.#early.get(this.#next)) {
      this.#early.delete(this.#next++);
      this.waiting -= early.length;
      this.#write(early);
    }
  }
}
