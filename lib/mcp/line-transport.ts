import type { JSONRPCMessage, Transport } from '@modelcontextprotocol/server';
import { readLines } from '../json/lines.ts';
import { readMessage, type Inputs } from './message.ts';

/** The size limit of a message, in bytes. A larger message is answered with an error, and reading goes on after it. */
const MAX_MESSAGE_BYTES = 64 * 1024 * 1024;

/** What a `LineTransport` reads from and writes to. */
export type LineTransportOptions = {
  /** Chunks of newline-delimited JSON. */
  input: AsyncIterable<Uint8Array | string>;
  /** Writes one or more whole lines. */
  write: (text: string) => unknown;
  /** Receives the parameters of each tools/call. */
  inputs: Inputs;
};

/**
 * An MCP transport over newline-delimited JSON. Unlike the SDK's stdio transport, it reads JSON without loss, and answers a
 * line that is not a JSON-RPC message with an error.
 */
export class LineTransport implements Transport {
  /** Resolves when the input has ended or `close` was called. */
  readonly ended: Promise<void>;
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: (message: JSONRPCMessage) => void;
  readonly #options: LineTransportOptions;
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
    return Promise.resolve();
  }

  close(): Promise<void> {
    if (!this.#closed) {
      this.#flush();
      this.#closed = true;
      this.onclose?.();
      this.#end();
    }
    return Promise.resolve();
  }

  async #read(): Promise<void> {
    try {
      for await (const lines of readLines(this.#options.input, MAX_MESSAGE_BYTES)) {
        for (const line of lines) {
          if (this.#closed) return;
          if ('problem' in line) this.#refuse(-32700, PROBLEMS[line.problem]);
          else if (line.text.trim() !== '') this.#receive(line.text);
        }
      }
      // A client may send a request and close the pipe at once. Answers that are ready in this turn are still written.
      await new Promise((resolve) => setImmediate(resolve));
    } catch (error) {
      if (!this.#closed) this.onerror?.(error instanceof Error ? error : new Error(String(error)));
    }
    await this.close();
  }

  #receive(text: string): void {
    const reading = readMessage(text, this.#options.inputs);
    if ('message' in reading) this.onmessage?.(reading.message);
    else this.#refuse(reading.code, reading.problem);
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
