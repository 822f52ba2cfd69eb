import { GantzError } from '../errors.ts';
import { isObject, kindOf } from '../json/object.ts';
import { nearest } from '../nearest.ts';
import { parseValue } from './parse.ts';

/** A call as programs write it: `{"tool":"cache_get","params":{"key":"a"}}`; `id` comes back with the answer. */
export type Request = { tool: string; params: unknown; id?: unknown };

type Member = 'tool' | 'params' | 'id';

/**
 * The call of a JSON text that may have these members. Problems of its JSON are those that the same parameters would have
 * alone; anything but such an object is USAGE.
 */
export function parseRequest(text: string, members: readonly Member[]): Request {
  const value = parseMembers(text);
  if (!isObject(value)) throw wrongShape(`it is ${kindOf(value)}`);
  for (const name in value) {
    if ((members as readonly string[]).includes(name)) continue;
    const meant = nearest(name, members);
    const instead = meant === undefined ? '' : `; did you mean ${JSON.stringify(meant)}?`;
    throw wrongShape(`${JSON.stringify(name)} is none of ${members.join(', ')}${instead}`);
  }
  const { tool, params = {}, id } = value;
  if (tool === undefined) throw wrongShape('"tool" is missing');
  if (typeof tool !== 'string') throw wrongShape('"tool" is not a string');
  return id === undefined ? { tool, params } : { tool, params, id };
}

function parseMembers(text: string): unknown {
  try {
    return parseValue(text);
  } catch (error) {
    throw error instanceof GantzError ? withinParams(error) : error;
  }
}

/** The paths of details begin at the parameters, not at the call around them. */
function withinParams(error: GantzError): GantzError {
  const { code, message, hint, details } = error;
  return new GantzError(code, message, {
    cause: error,
    ...(hint !== undefined && { hint }),
    ...(details && {
      details: details.map((detail) => ({ ...detail, path: detail.path.replace(/^\/params(?=\/|$)/, '') })),
    }),
  });
}

function wrongShape(what: string): GantzError {
  return new GantzError('USAGE', `This is not a call: ${what}`, {
    hint: 'Write {"tool":"cache_get","params":{"key":"greeting"}}.',
  });
}
