import { GantzError } from '../contract/errors.ts';
import { isObject, kindOf } from '../json/object.ts';
import { parseJson, shorten } from '../json/parse.ts';

/**
 * Parses a caller's text to a JSON value. Throws INVALID_JSON for a syntax error, and INVALID_PARAMETERS for a number
 * that would lose digits and for too deep nesting. `what` is the name of the text in the message.
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
      throw new GantzError('INVALID_PARAMETERS', `The number ${literal} would lose digits`, {
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

/** Parses a caller's text to a JSON object. Throws as `parseValue`, and INVALID_PARAMETERS for any other value. */
export function parseObject(text: string, what?: string): Record<string, unknown> {
  const value = parseValue(text, what);
  if (isObject(value)) return value;
  throw notAnObject(value, what);
}

/** Returns the failure for parameters that are not a JSON object. */
export function notAnObject(value: unknown, what = 'Parameters'): GantzError {
  const kind = kindOf(value);
  return new GantzError('INVALID_PARAMETERS', `${what} must be one JSON object, not ${kind}`, {
    details: [{ path: '', message: `must be a JSON object, not ${kind}` }],
  });
}
