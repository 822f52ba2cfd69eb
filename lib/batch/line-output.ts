import type { Output } from '../contract/process.ts';

/** The number of buffered characters that causes a write. */
const CHUNK = 64 * 1024;

/** Writes lines in chunks. `full` is true while the reader has not taken what was written. */
export class LineOutput {
  full = false;
  readonly #output: Output;
  readonly #onDrain: () => void;
  #text = '';
  #scheduled = false;

  /** `onDrain` is called when `full` becomes false. */
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
      // The answers of one Redis packet are written together.
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
