import type { JSONRPCMessage } from '@modelcontextprotocol/server';
import { readLines } from '../json/lines.ts';
import { MAX_HELD_BYTES } from '../serving/gate.ts';
import { readMessage, type Inputs, type Reading, type RequestId } from './message.ts';

/** The size limit of a message, in bytes. A larger message is answered with an error, and reading goes on after it. */
const MAX_MESSAGE_BYTES = 64 * 1024 * 1024;

/**
 * Calls from this length on, in characters, are counted until they are answered. The gate limits the number of shorter ones.
 */
const LARGE = 16 * 1024;

/** What a `LineTransport` reads from and writes to. */
export type LineTransportOptions = {
  /** Chunks of newline-delimited JSON. */
  input: AsyncIterable<Uint8Array | string>;
  /** Writes one or more whole lines. */
  write: (text: string) => unknown;
  /** Receives the parameters of each tools/call. */
  inputs: Inputs;
  /** How many characters of calls without an answer are held before reading pauses; 128 Mi when absent. */
  maxHeld?: number;
};

/**
 * An MCP transport over newline-delimited JSON. Unlike the SDK's stdio transport, it reads JSON without loss, and answers a
 * line that is not a JSON-RPC message with an error. Reading pauses while large calls wait for their answers.
 */
export class LineTransport {
  /** Resolves when the input has ended or `close` was called. */
  readonly ended: Promise<void>;
  onclose?: () => void;
  onerror?: (error: Error) => void;
  /** Reading pauses until a promise that it returns is settled. */
  onmessage?: (message: JSONRPCMessage) => void | Promise<void>;
  readonly #options: LineTransportOptions;
  /** The lengths of large calls without an answer. */
  readonly #large = new Map<RequestId, number>();
  #held = 0;
  #resume: () => void = () => undefined;
  #closed = false;
  #unwritten = '';
  #end: () => void = () => undefined;

  constructor(options: LineTransportOptions) {
    this.#options = options;
    this.ended = new Promise((resolve) => (this.#end = resolve));
  }

  start(): Promise<void> {
    void this.#read();
    return Promise.resolve();
  }

  send(message: JSONRPCMessage): Promise<void> {
    if (!this.#closed) this.#write(`${JSON.stringify(message)}\n`);
    if (this.#large.size > 0 && !('method' in message)) this.#release(message.id);
    return Promise.resolve();
  }

  close(): Promise<void> {
    if (!this.#closed) {
      this.#flush();
      this.#closed = true;
      this.onclose?.();
      this.#end();
      this.#resume();
    }
    return Promise.resolve();
  }

  async #read(): Promise<void> {
    const { maxHeld = MAX_HELD_BYTES } = this.#options;
    try {
      for await (const lines of readLines(this.#options.input, MAX_MESSAGE_BYTES)) {
        for (const line of lines) {
          while (this.#held >= maxHeld && !this.#closed)
            await new Promise<void>((resolve) => (this.#resume = resolve));
          if (this.#closed) return;
          if ('problem' in line) this.#refuse(-32700, PROBLEMS[line.problem]);
          else if (line.text.trim() !== '') {
            const received = this.#receive(line.text);
            if (received) await received;
          }
        }
      }
      // A client may send a request and close the pipe at once. Answers that are ready in this turn are still written.
      await new Promise((resolve) => setImmediate(resolve));
    } catch (error) {
      if (!this.#closed) this.onerror?.(error instanceof Error ? error : new Error(String(error)));
    }
    await this.close();
  }

  #receive(text: string): void | Promise<void> {
    const deliver = (reading: Reading): void | Promise<void> => {
      if (!('message' in reading)) {
        this.#refuse(reading.code, reading.problem);
        return;
      }
      this.#count(reading.message, text.length);
      return this.onmessage?.(reading.message);
    };
    const reading = readMessage(text, this.#options.inputs);
    return reading instanceof Promise ? reading.then(deliver) : deliver(reading);
  }

  #count(message: JSONRPCMessage, length: number): void {
    if (!('method' in message)) return;
    const { method, params } = message;
    if (method === 'tools/call' && 'id' in message && length >= LARGE) {
      this.#large.set(message.id, (this.#large.get(message.id) ?? 0) + length);
      this.#held += length;
    } else if (method === 'notifications/cancelled') {
      // A cancelled call has no answer.
      this.#release(params?.['requestId'] as RequestId);
    }
  }

  #release(id: RequestId | undefined): void {
    const length = id === undefined ? undefined : this.#large.get(id);
    if (id === undefined || length === undefined) return;
    this.#large.delete(id);
    this.#held -= length;
    this.#resume();
  }

  /** Writes an error with the id null, as JSON-RPC requires when the id of the request is not known. */
  #refuse(code: number, message: string): void {
    this.#write(`${JSON.stringify({ jsonrpc: '2.0', id: null, error: { code, message } })}\n`);
  }

  /** Joins the answers of one turn into one write: a write for each answer costs more than a call of Redis. */
  #write(line: string): void {
    if (this.#unwritten === '') process.nextTick(() => this.#flush());
    this.#unwritten += line;
  }

  #flush(): void {
    const text = this.#unwritten;
    this.#unwritten = '';
    if (text !== '') this.#options.write(text);
  }
}

const PROBLEMS = {
  'too-long': `The message is longer than ${MAX_MESSAGE_BYTES} bytes`,
  'not-utf8': 'The message is not UTF-8 text',
} as const;
