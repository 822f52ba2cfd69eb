import { GantzError } from '../contract/errors.ts';
import { isObject, kindOf } from '../json/object.ts';
import { nearest } from '../contract/nearest.ts';
import { parseValue } from './parse.ts';

/** A call as JSON: `{"tool":"cache_get","params":{"key":"a"}}`. The answer repeats `id`. */
export type CallRequest = {
  tool: string;
  params: unknown;
  id?: unknown;
  idempotency_key?: unknown;
  confirm?: unknown;
  traceparent?: unknown;
  tracestate?: unknown;
};

type RequestMember = keyof CallRequest;

/**
 * Parses a JSON text to a call with only these members. Throws as `parseValue` for wrong JSON, with paths that begin at
 * the parameters, and USAGE for any other value.
 */
export function parseRequest(text: string, members: readonly RequestMember[]): CallRequest {
  const value = parseMembers(text);
  if (!isObject(value)) throw notACall(`it is ${kindOf(value)}`);
  for (const name in value) {
    if ((members as readonly string[]).includes(name)) continue;
    const meant = nearest(name, members);
    const instead = meant === undefined ? '' : `; did you mean ${JSON.stringify(meant)}?`;
    throw notACall(`${JSON.stringify(name)} is not one of ${members.join(', ')}${instead}`);
  }
  const { tool, params = {} } = value;
  if (tool === undefined) throw notACall('"tool" is missing');
  if (typeof tool !== 'string') throw notACall('"tool" is not a string');
  return { ...value, tool, params };
}

function parseMembers(text: string): unknown {
  try {
    return parseValue(text);
  } catch (error) {
    throw error instanceof GantzError ? withPathsInParams(error) : error;
  }
}

/** Changes the paths of the details to begin at the parameters instead of at the call. */
function withPathsInParams(error: GantzError): GantzError {
  const { code, message, hint, details } = error;
  return new GantzError(code, message, {
    cause: error,
    ...(hint !== undefined && { hint }),
    ...(details && {
      details: details.map((detail) => ({ ...detail, path: detail.path.replace(/^\/params(?=\/|$)/, '') })),
    }),
  });
}

function notACall(reason: string): GantzError {
  return new GantzError('USAGE', `This is not a call: ${reason}`, {
    hint: 'Write {"tool":"cache_get","params":{"key":"greeting"}}.',
  });
}
