import type { CallToolResult, JSONRPCMessage, Transport } from '@modelcontextprotocol/server';
import { GantzError } from '../contract/errors.ts';
import type { RequestId } from './message.ts';

/** A tools/call with nothing but a tool and its parameters. */
type PlainCall = { id: RequestId; name: string; signal: AbortSignal };

/** Answers a call; undefined when it is one for the SDK. */
export type AnswerPlainCall = (call: PlainCall) => Promise<CallToolResult> | undefined;

/**
 * A transport that answers plain calls itself and hands everything else to the SDK. The SDK checks every message of a
 * call with its schemas, eight times in all, and makes it a context of which a tool here uses a signal: more work than
 * the rest of the call, GET included. What this keeps of the protocol is what it says of such a call from 2024 to 2025:
 * one result for its id, none once it was cancelled. Calls with a progress token, unknown tools, the protocol of 2026
 * and whatever comes before the SDK has answered initialize are the SDK's.
 */
export class PlainCalls implements Transport {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: (message: JSONRPCMessage) => void;
  readonly #wire: Transport;
  readonly #answer: AnswerPlainCall;
  readonly #running = new Map<RequestId, AbortController>();
  #initialize: RequestId | undefined;
  #initialized = false;

  constructor(wire: Transport, answer: AnswerPlainCall) {
    this.#wire = wire;
    this.#answer = answer;
    wire.onmessage = (message) => {
      if (!this.#take(message)) this.onmessage?.(message);
    };
    wire.onerror = (error) => this.onerror?.(error);
    wire.onclose = () => {
      for (const id of [...this.#running.keys()]) this.#cancel(id);
      this.onclose?.();
    };
  }

  start(): Promise<void> {
    return this.#wire.start();
  }

  send(message: JSONRPCMessage): Promise<void> {
    if (!this.#initialized && 'result' in message && message.id === this.#initialize)
      this.#initialized = true;
    return this.#wire.send(message);
  }

  close(): Promise<void> {
    return this.#wire.close();
  }

  /** Whether a message was for this room. */
  #take(message: JSONRPCMessage): boolean {
    if (!('method' in message)) return false;
    const { method, params } = message;
    if (!('id' in message)) {
      const { requestId } = params ?? {};
      return method === 'notifications/cancelled' && isRequestId(requestId) && this.#cancel(requestId);
    }
    const { id } = message;
    // A client of 2026 says its version in the _meta of every request, and need not initialize.
    if (method === 'initialize' && !params?._meta) this.#initialize = id;
    if (method !== 'tools/call' || !this.#initialized || !params || this.#running.has(id)) return false;
    const { name, ...others } = params;
    return typeof name === 'string' && Object.keys(others).length === 0 && this.#begin(id, name);
  }

  #begin(id: RequestId, name: string): boolean {
    const controller = new AbortController();
    const answering = this.#answer({ id, name, signal: controller.signal });
    if (!answering) return false;
    this.#running.set(id, controller);
    void answering
      .then(async (result) => {
        if (this.#running.delete(id)) await this.#wire.send({ jsonrpc: '2.0', id, result });
      })
      .catch((error: unknown) => this.onerror?.(error instanceof Error ? error : new Error(String(error))));
    return true;
  }

  /** False when it is no call of this room. */
  #cancel(id: RequestId): boolean {
    const controller = this.#running.get(id);
    this.#running.delete(id);
    controller?.abort(new GantzError('CANCELLED', 'The client cancelled the call or went away'));
    return controller !== undefined;
  }
}

function isRequestId(value: unknown): value is RequestId {
  return typeof value === 'string' || typeof value === 'number';
}
