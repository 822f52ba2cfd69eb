import { GantzError } from '../contract/errors.ts';
import { isTooDeep, MAX_DEPTH } from '../json/depth.ts';
import { parseJson } from '../json/parse.ts';

/**
 * Returns the text to store for a JSON value. A string is stored as it is, unless it parses as JSON or is not
 * well-formed Unicode; every other value is stored as JSON. Throws INVALID_PARAMETERS for a value that JSON cannot
 * represent and for one that is nested too deep.
 */
export function encode(value: unknown): string {
  if (typeof value === 'string') {
    return (mayBeJson(value) && isJson(value)) || !value.isWellFormed() ? JSON.stringify(value) : value;
  }
  const text = stringify(value);
  if (text === undefined)
    throw new GantzError('INVALID_PARAMETERS', `A value of type ${typeof value} cannot be written as JSON`);
  if (isTooDeep(text)) {
    throw new GantzError('INVALID_PARAMETERS', `The value nests deeper than ${MAX_DEPTH} levels`);
  }
  return text;
}

/**
 * Returns the value of a stored text. A text that parses as JSON gives that value. Any other text is returned as a
 * string, and so is JSON with a number that would lose digits or with too deep nesting.
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
    throw new GantzError(
      'INVALID_PARAMETERS',
      'The value cannot be written as JSON: it is cyclic, nested too deep, or of another type',
      { cause },
    );
  }
}

const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/**
 * Returns false when the first and last characters of a text show that it is not JSON. Without this test, JSON.parse
 * would throw for each plain string, and the exception takes longer than the rest of a call.
 */
function mayBeJson(text: string): boolean {
  let start = 0;
  while (isSpace(text.charCodeAt(start))) start++;
  const first = text.charCodeAt(start);
  // Only these characters can begin JSON. Most texts begin with another one.
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

/** Returns the offset of the last character that is not a space. */
function lastOf(text: string): number {
  let last = text.length - 1;
  while (isSpace(text.charCodeAt(last))) last--;
  return last;
}

/** Returns the text from `start` without trailing spaces when it is as short as a JSON keyword, else ''. */
function word(text: string, start: number): string {
  const end = lastOf(text) + 1;
  return end - start <= 5 ? text.slice(start, end) : '';
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch (error) {
    // A RangeError means that the nesting is too deep, so the text may be JSON. Quoting a string is always correct.
    return error instanceof RangeError;
  }
}
