import { failure, renderEnvelope, success, type Envelope } from '../contract/envelope.ts';
import { readLines, type Line } from '../json/lines.ts';
import type { Tool } from '../contract/manifest.ts';
import type { Output } from '../contract/process.ts';
import { MAX_HELD_BYTES, type Concurrency } from '../serving/gate.ts';
import type { CallSettings, Runner } from '../run/runner.ts';
import { InOrder } from './in-order.ts';
import { MAX_LINE_BYTES, readJob, type Job, type ReadyCall } from './job.ts';
import { LineOutput } from './line-output.ts';

/** The streams, the limits and the settings of a batch. */
export type BatchOptions = {
  runner: Runner;
  input: AsyncIterable<Uint8Array | string>;
  output: Output;
  concurrency: Concurrency;
  /** Writes each answer when its call ends, not in the order of the calls. */
  unordered: boolean;
  /** Begins no call after a failure. */
  failFast: boolean;
  /** Ends the batch and cancels calls in flight. */
  signal: AbortSignal;
  /** Updated while the batch runs. */
  tally: Tally;
};

/** Counts of answered and of failed calls. */
export type Tally = { calls: number; failed: number };

/**
 * Limits of the answers that wait for an earlier answer: WINDOW for each call that may be in flight, and this many
 * characters in total.
 */
const WINDOW = 4;
const MAX_WAITING_CHARACTERS = 16 * 1024 * 1024;

/** Runs the calls of an NDJSON stream and writes their answers. Resolves when every call that began is answered. */
export async function runBatch(options: BatchOptions): Promise<void> {
  const { signal } = options;
  const batch = new Batch(options);
  const stop = (): void => batch.stop();
  if (signal.aborted) stop();
  else signal.addEventListener('abort', stop, { once: true });
  try {
    await batch.run(options.input);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

class Batch {
  readonly #options: BatchOptions;
  readonly #callSettings: CallSettings;
  /** For calls that have their turn when their answer is not cached. */
  readonly #settingsWithTurn: CallSettings;
  readonly #prepared = new Set<Tool>();
  readonly #lines: LineOutput;
  readonly #ordered: InOrder | undefined;
  #lineNumber = 0;
  #begun = 0;
  #inFlight = 0;
  #outside = 0;
  /** The calls that wait for their turn, the first one first. */
  readonly #waiting: (() => void)[] = [];
  #length = 0;
  #stopped = false;
  #wake: () => void = () => undefined;
  #stopReading: () => void = () => undefined;

  constructor(options: BatchOptions) {
    this.#options = options;
    this.#callSettings = { signal: options.signal, origin: { interface: 'batch' } };
    this.#settingsWithTurn = { ...this.#callSettings, turn: () => this.#turn() };
    this.#lines = new LineOutput(options.output, () => this.#wake());
    this.#ordered = options.unordered ? undefined : new InOrder((text) => this.#lines.write(text));
  }

  /** Begins no more calls. */
  stop(): void {
    this.#stopped = true;
    this.#stopReading();
    this.#wake();
  }

  async run(input: BatchOptions['input']): Promise<void> {
    const blocks = readLines(input, MAX_LINE_BYTES);
    try {
      while (!this.#stopped) {
        const lines = await this.#next(blocks);
        if (!lines) break;
        await this.#begin(lines);
      }
    } finally {
      while (this.#inFlight > 0) await this.#change();
      this.#lines.flush();
    }
  }

  /** Resolves to the next lines, or to undefined at the end of the input or when the batch is stopped. */
  #next(blocks: AsyncGenerator<Line[]>): Promise<Line[] | undefined> {
    return new Promise((resolve, reject) => {
      this.#stopReading = () => resolve(undefined);
      blocks.next().then(({ value, done }) => resolve(done ? undefined : value), reject);
    });
  }

  async #begin(lines: readonly Line[]): Promise<void> {
    const { runner } = this.#options;
    for (const line of lines) {
      const job = readJob(line, ++this.#lineNumber, runner);
      if (!job) continue;
      // Without this wait, calls could overtake each other while the code of their tool is loaded.
      if ('tool' in job && !this.#prepared.has(job.tool)) {
        await runner.prepare(job.tool);
        this.#prepared.add(job.tool);
      }
      while (!this.#stopped && this.#mustWait(job)) await this.#change();
      if (this.#stopped) return;
      this.#start(job);
    }
  }

  #mustWait(job: Job): boolean {
    const { all, outside } = this.#options.concurrency;
    const ordered = this.#ordered;
    return (
      this.#inFlight >= all ||
      this.#lines.full ||
      ('tool' in job &&
        ((this.#countsAtOnce(job) && this.#outside >= outside) ||
          (this.#inFlight > 0 && this.#length + job.length > MAX_HELD_BYTES))) ||
      (ordered !== undefined &&
        (this.#begun - ordered.written >= all * WINDOW || ordered.waiting >= MAX_WAITING_CHARACTERS))
    );
  }

  /**
   * Returns true for a call that counts as a script, an HTTP request or a handler from its beginning. One whose answer may be cached
   * counts from its turn; with `failFast`, which begins no call after a failure, also from its beginning.
   */
  #countsAtOnce({ outside, mayBeCached }: ReadyCall): boolean {
    return outside && (!mayBeCached || this.#options.failFast);
  }

  /** Waits until another script, HTTP request or handler may run. Resolves to a function that ends this turn. */
  async #turn(): Promise<() => void> {
    if (this.#outside < this.#options.concurrency.outside) this.#outside++;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    return () => this.#endTurn();
  }

  #endTurn(): void {
    const next = this.#waiting.shift();
    // The turn passes to the call that waits longest.
    if (next) next();
    else this.#outside--;
  }

  #change(): Promise<void> {
    return new Promise((resolve) => (this.#wake = resolve));
  }

  #start(job: Job): void {
    const index = this.#begun++;
    if ('refusal' in job) {
      this.#answer(index, job.refusal);
      return;
    }
    const countsAtOnce = this.#countsAtOnce(job);
    this.#inFlight++;
    if (countsAtOnce) this.#outside++;
    this.#length += job.length;
    const done = (envelope: Envelope): void => {
      this.#inFlight--;
      if (countsAtOnce) this.#endTurn();
      this.#length -= job.length;
      this.#answer(index, envelope);
      this.#wake();
    };
    const { wishes } = job;
    const common = job.outside && !countsAtOnce ? this.#settingsWithTurn : this.#callSettings;
    const settings = wishes ? { ...common, ...wishes } : common;
    this.#options.runner.call(job.tool, job.params, settings).then(
      (result) => done(success(result, job.extra)),
      (error: unknown) => done(failure(error, job.extra)),
    );
  }

  #answer(index: number, envelope: Envelope): void {
    const { tally, failFast } = this.#options;
    const text = renderEnvelope(envelope);
    tally.calls++;
    if (!envelope.success) tally.failed++;
    if (this.#ordered) this.#ordered.put(index, text);
    else this.#lines.write(text);
    if (failFast && !envelope.success) this.stop();
  }
}
