import type { JSONRPCMessage, Transport } from '@modelcontextprotocol/server';
import { splitLines } from './lines.ts';
import { readMessage, type Inputs } from './message.ts';

/** The largest message that is read, in bytes; a larger one is answered with an error, and the next one is read. */
const MAX_MESSAGE_BYTES = 64 * 1024 * 1024;

export type LineTransportOptions = {
  input: AsyncIterable<Uint8Array | string>;
  write: (text: string) => unknown;
  /** Where the parameters of calls are put. */
  inputs: Inputs;
};

/** MCP over lines of JSON, as the SDK's stdio transport, but it parses JSON without loss and answers lines that are not messages. */
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
      for await (const line of splitLines(this.#options.input, MAX_MESSAGE_BYTES)) {
        if (this.#closed) return;
        if ('problem' in line) this.#refuse(-32700, PROBLEMS[line.problem]);
        else if (line.text.trim() !== '') this.#receive(line.text);
      }
      // A client that writes its requests and closes the pipe still gets the answers that are ready at once.
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

  /** In JSON-RPC the answer to a message without an id has the id null. */
  #refuse(code: number, message: string): void {
    this.#write(`${JSON.stringify({ jsonrpc: '2.0', id: null, error: { code, message } })}\n`);
  }

  /** Answers that are ready at the same moment are written together: a write costs more than a call. */
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
