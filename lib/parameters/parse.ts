import { GantzError } from '../errors.ts';
import { isObject, kindOf } from '../json/object.ts';
import { parseJson, shorten } from '../json/parse.ts';

/**
 * The JSON value of a caller's text. Broken JSON is INVALID_JSON; a number that would lose digits, and nesting too deep
 * to answer with, are INVALID_PARAMETERS. `what` names the text in the message.
 */
export function parseValue(text: string, what = 'The JSON'): unknown {
  const parsed = parseJson(text);
  if ('value' in parsed) return parsed.value;
  switch (parsed.problem) {
    case 'syntax':
      throw new GantzError('INVALID_JSON', `${what} is not valid: ${parsed.message}`, {
        hint: `Write an object such as '{"key":"greeting"}', in single quotes for the shell.`,
      });
    case 'digits': {
      const literal = shorten(parsed.literal);
      throw new GantzError('INVALID_PARAMETERS', `${literal} cannot be held without losing digits`, {
        details: [{ path: parsed.path, message: `${literal} would lose digits` }],
        hint: `Send it as a string: "${literal}".`,
      });
    }
    case 'depth':
      throw new GantzError('INVALID_PARAMETERS', parsed.message, {
        details: [{ path: '', message: parsed.message }],
      });
  }
}

/** The JSON object of a caller's text; anything but an object is INVALID_PARAMETERS. */
export function parseObject(text: string, what?: string): Record<string, unknown> {
  const value = parseValue(text, what);
  if (isObject(value)) return value;
  throw notAnObject(value, what);
}

/** The failure of parameters that are no JSON object. */
export function notAnObject(value: unknown, what = 'Parameters'): GantzError {
  const kind = kindOf(value);
  return new GantzError('INVALID_PARAMETERS', `${what} must be one JSON object, not ${kind}`, {
    details: [{ path: '', message: `must be a JSON object, not ${kind}` }],
  });
}
