import { isUtf8 } from 'node:buffer';
import { StringDecoder } from 'node:string_decoder';

/** One line of a stream of JSON, or why it could not be read. */
export type Line = { text: string } | { problem: LineProblem };

export type LineProblem = 'too-long' | 'not-utf8';

const NEWLINE = 0x0a;

/**
 * Reads a stream of JSON lines, those that end in one chunk at a time. A line longer than `maxBytes` is dropped without
 * being kept in memory. A byte order mark at the start of the stream is left out.
 */
export async function* readLines(
  input: AsyncIterable<Uint8Array | string>,
  maxBytes: number,
): AsyncGenerator<Line[]> {
  let lines: Line[] = [];
  let isFirst = true;
  const splitter = new LineSplitter({
    maxBytes,
    onLine: (text) => {
      lines.push({ text: isFirst ? text.replace(/^\uFEFF/, '') : text });
      isFirst = false;
    },
    onProblem: (problem) => lines.push({ problem }),
  });
  for await (const data of input) {
    splitter.write(typeof data === 'string' ? Buffer.from(data) : asBuffer(data));
    if (lines.length === 0) continue;
    yield lines;
    lines = [];
  }
  splitter.end();
  if (lines.length > 0) yield lines;
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

export type LineSplitterOptions = {
  maxBytes: number;
  onLine: (text: string) => void;
  /**
   * Receives each line that is too long or not UTF-8, instead of `onLine`. Without it no line is a problem: invalid bytes
   * become U+FFFD, and a line that exceeds `maxBytes` before its end has arrived is given in parts.
   */
  onProblem?: (problem: LineProblem) => void;
};

/** Splits chunks of bytes into lines at `\n` as they arrive; the last line needs no end. */
export class LineSplitter {
  readonly #options: LineSplitterOptions;
  /** Keeps the beginning of a character that was cut at the end of a part. */
  readonly #decoder = new StringDecoder('utf8');
  /** The beginning of a line whose end has not arrived; empty once it is too long to be kept. */
  #pieces: Buffer[] = [];
  #length = 0;

  constructor(options: LineSplitterOptions) {
    this.#options = options;
  }

  write(chunk: Buffer): void {
    const first = chunk.indexOf(NEWLINE);
    if (first < 0) {
      this.#keep(chunk);
    } else {
      this.#keep(chunk.subarray(0, first));
      this.#endLine();
      const last = chunk.lastIndexOf(NEWLINE);
      if (last > first) this.#wholeLines(chunk.subarray(first + 1, last));
      this.#keep(chunk.subarray(last + 1));
    }
    const { maxBytes, onLine, onProblem } = this.#options;
    if (!onProblem && this.#length > maxBytes) onLine(this.#decoder.write(this.#take()));
  }

  end(): void {
    const { onLine, onProblem } = this.#options;
    if (onProblem) {
      if (this.#length > 0) this.#endLine();
      return;
    }
    const text = this.#decoder.write(this.#take()) + this.#decoder.end();
    if (text !== '') onLine(text);
  }

  /** Decodes many lines at once where all are UTF-8, else one by one, so that an invalid line affects no other. */
  #wholeLines(block: Buffer): void {
    const { maxBytes, onLine, onProblem } = this.#options;
    if (!onProblem || (block.length <= maxBytes && isUtf8(block))) {
      for (const text of block.toString('utf8').split('\n')) onLine(text);
      return;
    }
    let start = 0;
    for (let end = block.indexOf(NEWLINE); end >= 0; end = block.indexOf(NEWLINE, start)) {
      this.#keep(block.subarray(start, end));
      this.#endLine();
      start = end + 1;
    }
    this.#keep(block.subarray(start));
    this.#endLine();
  }

  #keep(piece: Buffer): void {
    if (piece.length === 0) return;
    this.#length += piece.length;
    if (this.#options.onProblem && this.#length > this.#options.maxBytes) this.#pieces = [];
    else this.#pieces.push(piece);
  }

  #endLine(): void {
    const { maxBytes, onLine, onProblem } = this.#options;
    const isTooLong = this.#length > maxBytes;
    const bytes = this.#take();
    if (!onProblem) onLine(this.#decoder.write(bytes) + this.#decoder.end());
    else if (isTooLong) onProblem('too-long');
    else if (!isUtf8(bytes)) onProblem('not-utf8');
    else onLine(bytes.toString('utf8'));
  }

  #take(): Buffer {
    const [first] = this.#pieces;
    const taken = first && this.#pieces.length === 1 ? first : Buffer.concat(this.#pieces);
    this.#pieces = [];
    this.#length = 0;
    return taken;
  }
}
