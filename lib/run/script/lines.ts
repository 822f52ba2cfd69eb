import { StringDecoder } from 'node:string_decoder';

// A line without an end is reported in parts of this size, so that it takes no memory twice.
const LONGEST = 64 * 1024;

/** Cuts chunks of UTF-8 into lines as they come; invalid bytes become U+FFFD. */
export class LineSplitter {
  readonly #decoder = new StringDecoder('utf8');
  readonly #onLine: (line: string) => void;
  #rest = '';

  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine;
  }

  write(chunk: Buffer): void {
    const lines = (this.#rest + this.#decoder.write(chunk)).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.#onLine(line);
    if (this.#rest.length <= LONGEST) return;
    this.#onLine(this.#rest);
    this.#rest = '';
  }

  end(): void {
    const last = this.#rest + this.#decoder.end();
    this.#rest = '';
    if (last !== '') this.#onLine(last);
  }
}
