import type { JSONRPCMessage, JSONRPCNotification, JSONRPCRequest } from '@modelcontextprotocol/server';
import { isObject } from '../json/object.ts';
import { parseJson } from '../json/parse.ts';
import { parseObject } from '../parameters/parse.ts';
import { rawMember } from './raw-member.ts';

/** A JSON-RPC message, or the code and the message of the JSON-RPC error to answer with. */
export type Reading = { message: JSONRPCMessage } | { code: number; problem: string };

/** The id of a JSON-RPC request. */
export type RequestId = string | number;

/**
 * The parameters of the calls of one connection, by request id. The SDK parses with JSON.parse, which rounds numbers that a
 * double cannot hold, and it copies objects without some of their members. The functions in this map parse parameters as
 * the command line does, and throw the same errors. The server deletes an entry when it begins the call.
 */
export type Inputs = Map<RequestId, () => unknown>;

/**
 * Parses one message and moves the parameters of a tools/call into `inputs`. Returns a promise when the SDK must be loaded to
 * check the message.
 */
export function readMessage(text: string, inputs: Inputs): Reading | Promise<Reading> {
  const parsed = parseJson(text);
  if (!('value' in parsed) && parsed.problem === 'syntax') return notJson(parsed.message);
  const isExact = 'value' in parsed;
  const message = isExact ? parsed.value : parseAnyway(text);
  if (isPlain(message)) return read(message);
  return import('./is-message.ts').then(({ isMessage }) => (isMessage(message) ? read(message) : NO_MESSAGE));

  function read(known: JSONRPCMessage): Reading {
    if (!('method' in known && 'id' in known && known.method === 'tools/call' && isObject(known.params)))
      return { message: known };
    const { arguments: input = {}, ...params } = known.params;
    // The SDK refuses a call without a name, and no code would delete its entry.
    if (typeof params['name'] === 'string') inputs.set(known.id, readInput(text, input, isExact));
    return { message: { ...known, params } };
  }
}

const NO_MESSAGE: Reading = { code: -32600, problem: 'This is not one JSON-RPC 2.0 message' };

/** Uses the parsed parameters when they are an object and parsing lost nothing; otherwise parses their text again. */
function readInput(text: string, input: unknown, isExact: boolean): () => unknown {
  if (isExact && isObject(input)) return () => input;
  return () => parseObject(rawMember(rawMember(text, 'params') ?? '', 'arguments') ?? '{}');
}

/** Parses with rounding. `readInput` parses the text of the parameters again. */
function parseAnyway(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // A recursive JSON.parse (Bun) throws on very deep nesting.
    return undefined;
  }
}

/**
 * Returns true for a request or a notification of the common form. The SDK's schemas accept the same; they cost fifty times as
 * much, and loading the SDK costs more than answering a call.
 */
function isPlain(value: unknown): value is JSONRPCRequest | JSONRPCNotification {
  if (!isObject(value)) return false;
  const { jsonrpc, id, method, params, ...others } = value;
  return (
    jsonrpc === '2.0' &&
    (!('id' in value) || typeof id === 'string' || Number.isSafeInteger(id)) &&
    typeof method === 'string' &&
    (!('params' in value) || (isObject(params) && (!('_meta' in params) || isTrace(params['_meta'])))) &&
    Object.keys(others).length === 0
  );
}

/** Returns true for a `_meta` that has only the trace of the caller, which every request of a traced client has. */
export function isTrace(meta: unknown): meta is Record<string, string> {
  if (!isObject(meta)) return false;
  const { traceparent, tracestate = '', ...others } = meta;
  return (
    typeof traceparent === 'string' && typeof tracestate === 'string' && Object.keys(others).length === 0
  );
}

function notJson(message: string): Reading {
  return { code: -32700, problem: `This is not JSON: ${message}` };
}
