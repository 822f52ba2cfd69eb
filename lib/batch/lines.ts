import { isUtf8 } from 'node:buffer';
import { GantzError } from '../errors.ts';

/** One line of the input, 1-based; without text it could not be read. */
export type Line = { number: number; text: string } | { number: number; problem: GantzError };

const NEWLINE = 0x0a;

/** Cuts a stream into its lines, a block of them at a time; what is longer than `maxBytes` is dropped without being kept. */
export async function* readLines(
  input: AsyncIterable<Uint8Array | string>,
  maxBytes: number,
): AsyncGenerator<Line[]> {
  const rest = new Rest(maxBytes);
  let number = 0;
  for await (const data of input) {
    const chunk = typeof data === 'string' ? Buffer.from(data) : asBuffer(data);
    const first = chunk.indexOf(NEWLINE);
    if (first < 0) {
      rest.add(chunk);
      continue;
    }
    rest.add(chunk.subarray(0, first));
    const lines = [toLine(++number, rest.take(), maxBytes)];
    const last = chunk.lastIndexOf(NEWLINE);
    if (last > first) {
      for (const bytes of split(chunk.subarray(first + 1, last))) {
        lines.push(
          typeof bytes === 'string' ? { number: ++number, text: bytes } : toLine(++number, bytes, maxBytes),
        );
      }
    }
    rest.add(chunk.subarray(last + 1));
    yield lines;
  }
  if (rest.length > 0) yield [toLine(++number, rest.take(), maxBytes)];
}

/** Lines of a block as text: all at once where it is UTF-8, else each as bytes, so that one bad line spoils no other. */
function split(block: Buffer): (string | Buffer)[] {
  if (isUtf8(block)) return block.toString('utf8').split('\n');
  const lines: Buffer[] = [];
  let start = 0;
  for (let end = block.indexOf(NEWLINE); end >= 0; end = block.indexOf(NEWLINE, start)) {
    lines.push(block.subarray(start, end));
    start = end + 1;
  }
  return [...lines, block.subarray(start)];
}

function toLine(number: number, bytes: Buffer | undefined, maxBytes: number): Line {
  if (bytes === undefined) {
    const problem = new GantzError('USAGE', `The line is longer than ${maxBytes} bytes`, {
      hint: 'A single call with - or @file takes parameters of any length.',
    });
    return { number, problem };
  }
  if (!isUtf8(bytes))
    return { number, problem: new GantzError('INVALID_JSON', 'The line is not UTF-8 text') };
  return { number, text: bytes.toString('utf8') };
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** The beginning of a line whose end has not come yet. */
class Rest {
  length = 0;
  readonly #maxBytes: number;
  #pieces: Buffer[] = [];

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  add(piece: Buffer): void {
    if (piece.length === 0) return;
    this.length += piece.length;
    if (this.length <= this.#maxBytes) this.#pieces.push(piece);
    else this.#pieces = [];
  }

  /** What was added, or undefined when it was too much. */
  take(): Buffer | undefined {
    const taken = this.length <= this.#maxBytes ? Buffer.concat(this.#pieces) : undefined;
    this.#pieces = [];
    this.length = 0;
    return taken;
  }
}
