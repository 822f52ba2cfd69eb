/** Writes answers in the order of their calls. */
export class InOrder {
  /** How many characters wait for an earlier answer. */
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

  /** Takes the answer of the call with this index, from 0, and writes it as soon as all earlier answers are written. */
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
