import {
  isJSONRPCErrorResponse,
  isJSONRPCNotification,
  isJSONRPCRequest,
  isJSONRPCResultResponse,
  type JSONRPCMessage,
  type JSONRPCRequest,
} from '@modelcontextprotocol/server';
import { parseJson } from '../json/parse.ts';
import { parseObject } from '../parameters/parse.ts';
import { rawMember } from './raw-member.ts';

/** A JSON-RPC message, or why a text is none: the code and the message of the error to answer with. */
export type MessageReading = { message: JSONRPCMessage } | { code: number; problem: string };

export type RequestId = string | number;

/**
 * The parameters of the calls of one connection, by the ids of their requests. The SDK reads JSON with JSON.parse, which
 * rounds what a double cannot hold, and copies objects without some of their members; parameters that are kept here are
 * read as the command line reads them. Entries leave when they are taken.
 */
export type Inputs = Map<RequestId, () => unknown>;

/** Reads one message and moves the parameters of a tools/call into `inputs`. */
export function readMessage(text: string, inputs: Inputs): MessageReading {
  const parsed = parseJson(text);
  if (!('value' in parsed) && parsed.problem === 'syntax') return notJson(parsed.message);
  const message = 'value' in parsed ? parsed.value : parseAnyway(text);
  if (!isPlainCall(message) && !isMessage(message))
    return { code: -32600, problem: 'This is not one JSON-RPC 2.0 message' };
  if ('method' in message && 'id' in message && message.method === 'tools/call' && isObject(message.params)) {
    const { arguments: input = {}, ...params } = message.params;
    // The SDK refuses a call without a name, and the entry would stay for ever.
    if (typeof params['name'] === 'string') inputs.set(message.id, readInput(text, input, 'value' in parsed));
    return { message: { ...message, params } };
  }
  return { message };
}

/** Gives the parameters as they were parsed, or parses their text again when they are not an object or digits were lost. */
function readInput(text: string, input: unknown, isExact: boolean): () => unknown {
  if (isExact && isObject(input)) return () => input;
  return () => parseObject(rawMember(rawMember(text, 'params') ?? '', 'arguments') ?? '{}');
}

/** Numbers may be rounded here: where it matters the text is read again. */
function parseAnyway(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // A recursive parser fails on deep nesting.
    return undefined;
  }
}

/** True for the usual tools/call, which the SDK's schemas accept as well; this check takes a fiftieth of their time. */
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

function notJson(message: string): MessageReading {
  return { code: -32700, problem: `This is not JSON: ${message}` };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
