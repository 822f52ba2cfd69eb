import type { Output } from '../contract/process.ts';

/** How many characters are written at once; more are not kept back. */
const CHUNK = 64 * 1024;

/** Lines on their way to a reader: written in chunks, and `full` while the reader has not taken what was written. */
export class LineOutput {
  full = false;
  readonly #output: Output;
  readonly #onDrain: () => void;
  #text = '';
  #scheduled = false;

  /** `onDrain` is called when a reader that was slow has caught up. */
  constructor(output: Output, onDrain: () => void) {
    this.#output = output;
    this.#onDrain = onDrain;
  }

  write(line: string): void {
    this.#text += line;
    this.#text += '\n';
    if (this.#text.length >= CHUNK) this.flush();
    else if (!this.#scheduled) {
      this.#scheduled = true;
      // After all answers of one packet: they are written together.
      setImmediate(() => {
        this.#scheduled = false;
        this.flush();
      });
    }
  }

  flush(): void {
    if (this.#text === '') return;
    const text = this.#text;
    this.#text = '';
    if (this.#output.write(text) !== false || !this.#output.once || this.full) return;
    this.full = true;
    this.#output.once('drain', () => {
      this.full = false;
      this.#onDrain();
    });
  }
}
