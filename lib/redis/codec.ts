import { GantzError } from '../errors.ts';
import { isTooDeep, MAX_DEPTH } from '../json/depth.ts';
import { parseJson } from '../json/parse.ts';

/**
 * The text to store for a JSON value. A string stays as it is, unless it reads as JSON or is not well-formed Unicode;
 * everything else is stored as JSON. A value that JSON cannot hold, or one nested too deep, is INVALID_PARAMETERS.
 */
export function encode(value: unknown): string {
  if (typeof value === 'string') {
    return (mayBeJson(value) && isJson(value)) || !value.isWellFormed() ? JSON.stringify(value) : value;
  }
  const text = stringify(value);
  if (text === undefined)
    throw new GantzError('INVALID_PARAMETERS', `A value of type ${typeof value} is no JSON value`);
  if (isTooDeep(text)) {
    throw new GantzError('INVALID_PARAMETERS', `The value nests deeper than ${MAX_DEPTH} levels`);
  }
  return text;
}

/**
 * The value of a stored text: what it says as JSON, unless a number in it would lose digits (or it is nested too deep
 * to be handed on); any other text is a string.
 */
export function decode(text: string): unknown {
  if (!mayBeJson(text)) return text;
  const parsed = parseJson(text);
  return 'value' in parsed ? parsed.value : text;
}

function stringify(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch (cause) {
    throw new GantzError('INVALID_PARAMETERS', 'The value is cyclic, nested too deep, or no JSON value', {
      cause,
    });
  }
}

const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/**
 * Whether a text is worth parsing, from its two ends: an exception from JSON.parse for each plain string would cost
 * more than the rest of a call.
 */
function mayBeJson(text: string): boolean {
  let start = 0;
  while (isSpace(text.charCodeAt(start))) start++;
  const first = text.charCodeAt(start);
  // Most texts end here: only these can begin JSON.
  switch (first) {
    case 0x22: // "
      return text.charCodeAt(lastOf(text)) === 0x22 && lastOf(text) > start;
    case 0x5b: // [
      return text.charCodeAt(lastOf(text)) === 0x5d;
    case 0x7b: // {
      return text.charCodeAt(lastOf(text)) === 0x7d;
    case 0x74: // t
      return word(text, start) === 'true';
    case 0x66: // f
      return word(text, start) === 'false';
    case 0x6e: // n
      return word(text, start) === 'null';
    default:
      return (
        (first === 0x2d || (first >= 0x30 && first <= 0x39)) &&
        NUMBER.test(text.slice(start, lastOf(text) + 1))
      );
  }
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;
}

/** Offset of the last character that is not space. */
function lastOf(text: string): number {
  let last = text.length - 1;
  while (isSpace(text.charCodeAt(last))) last--;
  return last;
}

/** The rest of the text without its spaces when it is as short as a word, else ''. */
function word(text: string, start: number): string {
  const end = lastOf(text) + 1;
  return end - start <= 5 ? text.slice(start, end) : '';
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch (error) {
    // A runtime that gives up on deep nesting has not said that it is no JSON; quoting is always right.
    return error instanceof RangeError;
  }
}
