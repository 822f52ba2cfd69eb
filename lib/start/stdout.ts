import { fstatSync, statSync, writeSync, type Stats } from 'node:fs';
import type { Output } from '../contract/process.ts';
import { writeInBun } from './bun-write.ts';

const STDOUT = 1;

/** How many characters may wait to be written before `write` returns false. */
const HIGH_WATER = 64 * 1024;

/**
 * Stdout of this process, written without `process.stdout`: to open that stream takes longer than a call of a Redis tool. It
 * is opened only for a terminal, for `stream`, for a second text, and on Node when a pipe that does not block is full.
 */
export class Stdout implements Output {
  readonly fd = STDOUT;
  readonly isTTY = false;
  readonly #process: NodeJS.Process;
  readonly #onError: (error: unknown) => void;
  readonly #stats = statsOfStdout();
  #stream: NodeJS.WriteStream | undefined;
  #isUsed = false;
  #waiting = '';
  #writing: Promise<void> | undefined;
  #drainListeners: (() => void)[] = [];

  /** `onError` receives the error when the text cannot be written. */
  constructor(process: NodeJS.Process, onError: (error: unknown) => void) {
    this.#process = process;
    this.#onError = onError;
  }

  /** Returns the output for `main`: this one, or the stream when stdout may be a terminal. */
  get output(): Output {
    return mayBeTerminal(this.#stats) ? this.#open() : this;
  }

  /** The stream of stdout. It is undefined while text is being written, which text on the stream would overtake. */
  get stream(): Output | undefined {
    return this.#writing ? undefined : this.#open();
  }

  write(text: string): boolean {
    // A call writes one text. For an interface that writes many, the stream is faster.
    const stream = this.#isUsed && !this.#writing ? this.#open() : this.#stream;
    this.#isUsed = true;
    return stream ? stream.write(text) : this.#writeDirectly(text);
  }

  once(event: 'drain', listener: () => void): void {
    if (this.#stream) this.#stream.once(event, listener);
    else this.#drainListeners.push(listener);
  }

  /**
   * Writes a last text, also after a server or a handler has replaced `process.stdout.write`. Resolves when everything is
   * written.
   */
  async end(last = ''): Promise<void> {
    await this.#writing;
    // end() waits until everything is written. On Bun, the callback of an empty write does not.
    if (this.#stream) await new Promise<void>((resolve) => this.#stream?.end(resolve));
    if (last !== '') this.#writeDirectly(last);
    await this.#writing;
  }

  #open(): NodeJS.WriteStream {
    if (!this.#stream) {
      this.#stream = this.#process.stdout;
      this.#stream.on('error', this.#onError);
    }
    return this.#stream;
  }

  #writeDirectly(text: string): boolean {
    // Bun.write would lengthen a file first, by counting from its beginning: with >> it leaves a gap.
    if (!writeInBun || this.#stats?.isFile()) return this.#writeNow(Buffer.from(text));
    this.#waiting += text;
    this.#writing ??= this.#writeWaiting(writeInBun);
    return this.#waiting.length < HIGH_WATER;
  }

  async #writeWaiting(write: (text: string) => Promise<unknown>): Promise<void> {
    try {
      while (this.#waiting !== '') {
        const text = this.#waiting;
        this.#waiting = '';
        await write(text);
      }
    } catch (error) {
      this.#onError(error);
    }
    this.#writing = undefined;
    const listeners = this.#drainListeners;
    this.#drainListeners = [];
    for (const listener of listeners) listener();
  }

  #writeNow(bytes: Uint8Array): boolean {
    let rest = bytes;
    try {
      while (rest.length > 0) rest = rest.subarray(writeSync(STDOUT, rest));
    } catch (error) {
      // A pipe that does not block is full. The stream waits for its reader.
      if (error instanceof Error && 'code' in error && error.code === 'EAGAIN')
        return this.#open().write(rest);
      // Later, when the exit status of what was written is set.
      queueMicrotask(() => this.#onError(error));
    }
    return true;
  }
}

/** Returns true for a device, except /dev/null. Bun needs 560 page faults to find out which devices are terminals. */
function mayBeTerminal(stdout: Stats | undefined): boolean {
  return (
    stdout?.isCharacterDevice() === true &&
    stdout.rdev !== statSync('/dev/null', { throwIfNoEntry: false })?.rdev
  );
}

function statsOfStdout(): Stats | undefined {
  try {
    return fstatSync(STDOUT);
  } catch {
    // Stdout is closed.
    return undefined;
  }
}
