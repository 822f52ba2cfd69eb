import type { JSONRPCMessage, Transport } from '@modelcontextprotocol/server';
import { readLines } from '../json/lines.ts';
import { readMessage, type Inputs } from './message.ts';

/** The largest message that is read, in bytes; a larger one is answered with an error, and the next one is read. */
const MAX_MESSAGE_BYTES = 64 * 1024 * 1024;

export type LineTransportOptions = {
  input: AsyncIterable<Uint8Array | string>;
  write: (text: string) => unknown;
  /** Where the parameters of calls are put. */
  inputs: Inputs;
};

/** MCP over lines of JSON: the SDK's stdio transport, but for reading JSON without loss and answering what is no message. */
export class LineTransport implements Transport {
  /** Resolves when the transport is closed, by the end of its input or from here. */
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
      // Whoever pipes a request in and closes the pipe gets the answers that need no waiting.
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

  /** JSON-RPC answers what has no id of its own with the id null. */
  #refuse(code: number, message: string): void {
    this.#write(`${JSON.stringify({ jsonrpc: '2.0', id: null, error: { code, message } })}\n`);
  }

  /** Answers that are ready at the same moment leave together: a write for each would cost more than the call behind it. */
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
