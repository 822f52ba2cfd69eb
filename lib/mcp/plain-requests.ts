import type {
  CallToolResult,
  InitializeResult,
  JSONRPCMessage,
  JSONRPCRequest,
  Result,
  Transport,
} from '@modelcontextprotocol/server';
import type { Carrier } from '../contract/call.ts';
import { GantzError } from '../contract/errors.ts';
import { isObject } from '../json/object.ts';
import type { LineTransport } from './line-transport.ts';
import { CHANGING } from './lists.ts';
import { isTrace, type RequestId } from './message.ts';

/**
 * A tools/call that has only a tool, its parameters, and perhaps the trace of its caller. `signal` aborts when the client cancels it or
 * disconnects.
 */
type PlainCall = { id: RequestId; name: string; signal: AbortSignal; trace?: Carrier };

/** Answers requests. A function returns undefined for a request that the SDK must answer. */
export type PlainAnswers = {
  initialize(protocolVersion: string): InitializeResult | undefined;
  list(method: string): Result | undefined;
  call(call: PlainCall): Promise<CallToolResult> | undefined;
};

type Wire = Pick<LineTransport, 'send' | 'close' | 'onmessage' | 'onerror' | 'onclose'>;

/**
 * Answers the plain requests of a connection itself, and opens the SDK when another one comes.
 *
 * Loading the SDK and building its schemas takes longer than everything else until the answer to initialize, and it validates
 * the messages of a call eight times, which is more work than the rest of the call. This class implements what protocol
 * versions 2024 to 2025 require: initialize, ping, the lists and tools/call without `_meta`, except that of a trace, and cancellation. Version 2026,
 * calls with a progress token, calls of unknown tools and tools that ask for confirmation are the SDK's.
 */
export class PlainRequests {
  readonly #wire: Wire;
  readonly #answers: PlainAnswers;
  readonly #connect: (transport: Transport) => Promise<void>;
  readonly #running = new Map<RequestId, AbortController>();
  #sdk: Transport | undefined;
  /** The initialize that was answered here. The SDK gets it too, when it is opened, and its answer is not sent. */
  #initialize: JSONRPCRequest | undefined;
  /** The id of the first initialize. Its answer opens the connection. */
  #initializeId: RequestId | undefined;
  /** True when initialize was answered. */
  #isOpen = false;

  /** `connect` connects the SDK to a transport. It is called once, when the SDK must answer something. */
  constructor(wire: Wire, answers: PlainAnswers, connect: (transport: Transport) => Promise<void>) {
    this.#wire = wire;
    this.#answers = answers;
    this.#connect = connect;
    wire.onmessage = (message) => (this.#take(message) ? undefined : this.#passOn(message));
    wire.onerror = (error) => this.#sdk?.onerror?.(error);
    wire.onclose = () => {
      for (const id of [...this.#running.keys()]) this.#cancel(id);
      this.#sdk?.onclose?.();
    };
  }

  /** Notifies the client of new lists, when the SDK does not. */
  listsChanged(): void {
    if (!this.#isOpen || this.#sdk) return;
    for (const capability of CHANGING)
      void this.#wire.send({ jsonrpc: '2.0', method: `notifications/${capability}/list_changed` });
  }

  /** Gives a message to the SDK. The promise lets reading pause while the SDK is loaded, so that messages keep their order. */
  #passOn(message: JSONRPCMessage): void | Promise<void> {
    if (this.#sdk) this.#sdk.onmessage?.(message);
    else return this.#openSdk().then((sdk) => sdk.onmessage?.(message));
  }

  async #openSdk(): Promise<Transport> {
    let greeted: (() => void) | undefined;
    const sdk: Transport = {
      start: () => Promise.resolve(),
      close: () => this.#wire.close(),
      send: (message) => {
        if (!('method' in message) && message.id === this.#initializeId && greeted) {
          greeted();
          greeted = undefined;
          return Promise.resolve();
        }
        if ('result' in message && message.id === this.#initializeId) this.#isOpen = true;
        return this.#wire.send(message);
      },
    };
    await this.#connect(sdk);
    const { onmessage } = sdk;
    if (this.#initialize && onmessage) {
      const answered = new Promise<void>((resolve) => (greeted = resolve));
      onmessage(this.#initialize);
      await answered;
      onmessage({ jsonrpc: '2.0', method: 'notifications/initialized' });
    }
    return (this.#sdk = sdk);
  }

  /** Returns true when the message is handled here. */
  #take(message: JSONRPCMessage): boolean {
    if (!('method' in message)) return false;
    if (!('id' in message)) return this.#notice(message.method, message.params);
    const { id, method, params } = message;
    // A client of version 2026 sends its version in the _meta of every request, and does not need initialize.
    const trace = params?._meta;
    if (trace !== undefined && !(method === 'tools/call' && isTrace(trace))) return false;
    if (method === 'initialize') return this.#begin(message);
    if (!this.#isOpen || this.#running.has(id)) return false;
    if (method === 'ping') return this.#answer(id, {});
    const { name, _meta: _, ...others } = params ?? {};
    const listed = Object.keys(params ?? {}).length === 0 ? this.#answers.list(method) : undefined;
    if (listed) return this.#answer(id, listed);
    if (method !== 'tools/call' || typeof name !== 'string' || Object.keys(others).length > 0) return false;
    return this.#call(id, name, trace);
  }

  #begin(message: JSONRPCRequest): boolean {
    if (this.#initializeId !== undefined) return false;
    const { id, params } = message;
    this.#initializeId = id;
    const { protocolVersion, capabilities, clientInfo } = params ?? {};
    if (typeof protocolVersion !== 'string' || !isObject(capabilities) || !isObject(clientInfo)) return false;
    if (typeof clientInfo['name'] !== 'string' || typeof clientInfo['version'] !== 'string') return false;
    const answer = this.#sdk ? undefined : this.#answers.initialize(protocolVersion);
    if (!answer) return false;
    this.#initialize = message;
    this.#isOpen = true;
    return this.#answer(id, answer);
  }

  #notice(method: string, params: Record<string, unknown> | undefined): boolean {
    const { requestId } = params ?? {};
    if (method === 'notifications/cancelled' && isRequestId(requestId) && this.#cancel(requestId))
      return true;
    // A notification is about a request that the SDK answers, and there is none.
    return this.#sdk === undefined;
  }

  #call(id: RequestId, name: string, trace: Carrier): boolean {
    const controller = new AbortController();
    const answering = this.#answers.call({ id, name, signal: controller.signal, trace });
    if (!answering) return false;
    this.#running.set(id, controller);
    void answering
      .then((result) => {
        if (this.#running.delete(id)) this.#answer(id, result);
      })
      .catch((error: unknown) =>
        this.#sdk?.onerror?.(error instanceof Error ? error : new Error(String(error))),
      );
    return true;
  }

  #answer(id: RequestId, result: Result): true {
    void this.#wire.send({ jsonrpc: '2.0', id, result });
    return true;
  }

  /** Returns false when this class runs no call with that id. */
  #cancel(id: RequestId): boolean {
    const controller = this.#running.get(id);
    this.#running.delete(id);
    controller?.abort(new GantzError('CANCELLED', 'The client cancelled the call or disconnected'));
    return controller !== undefined;
  }
}

function isRequestId(value: unknown): value is RequestId {
  return typeof value === 'string' || typeof value === 'number';
}
