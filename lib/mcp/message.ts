import {
  isJSONRPCErrorResponse,
  isJSONRPCNotification,
  isJSONRPCRequest,
  isJSONRPCResultResponse,
  type JSONRPCMessage,
  type JSONRPCRequest,
} from '@modelcontextprotocol/server';
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

/** Parses one message and moves the parameters of a tools/call into `inputs`. */
export function readMessage(text: string, inputs: Inputs): Reading {
  const parsed = parseJson(text);
  if (!('value' in parsed) && parsed.problem === 'syntax') return notJson(parsed.message);
  const message = 'value' in parsed ? parsed.value : parseAnyway(text);
  if (!isPlainCall(message) && !isMessage(message))
    return { code: -32600, problem: 'This is not one JSON-RPC 2.0 message' };
  if ('method' in message && 'id' in message && message.method === 'tools/call' && isObject(message.params)) {
    const { arguments: input = {}, ...params } = message.params;
    // The SDK refuses a call without a name, and no code would delete its entry.
    if (typeof params['name'] === 'string') inputs.set(message.id, readInput(text, input, 'value' in parsed));
    return { message: { ...message, params } };
  }
  return { message };
}

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

/** Returns true for a tools/call of the common form. The SDK's schemas accept the same, and cost fifty times as much. */
function isPlainCall(value: unknown): value is JSONRPCRequest {
  if (!isObject(value)) return false;
  const { jsonrpc, id, method, params, ...others } = value;
  return (
    jsonrpc === '2.0' &&
    (typeof id === 'string' || Number.isSafeInteger(id)) &&
    method === 'tools/call' &&
    isObject(params) &&
    !('_meta' in params) &&
    Object.keys(others).length === 0
  );
}

function isMessage(value: unknown): value is JSONRPCMessage {
  return (
    isJSONRPCRequest(value) ||
    isJSONRPCNotification(value) ||
    isJSONRPCResultResponse(value) ||
    isJSONRPCErrorResponse(value)
  );
}

function notJson(message: string): Reading {
  return { code: -32700, problem: `This is not JSON: ${message}` };
}
