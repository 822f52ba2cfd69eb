import { isTooDeep, MAX_DEPTH } from './depth.ts';
import { findLostDigits } from './lost-digits.ts';
import { findSyntaxError } from './syntax-error.ts';

/** What a JSON text gave: its value, or why it has none. `message` is for a person. */
export type Parsed =
  | { value: unknown }
  | { problem: 'syntax'; message: string; position: number }
  | { problem: 'digits'; message: string; literal: string; path: string }
  | { problem: 'depth'; message: string };

/**
 * Parses JSON without loss: a number whose digits a double cannot hold is the problem `digits` (`path` is the JSON
 * Pointer of the literal), nesting beyond a fixed limit is `depth`. −0 gives 0; `__proto__` is a member like any other.
 */
export function parseJson(text: string): Parsed {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return error instanceof RangeError ? tooDeep() : { problem: 'syntax', ...findSyntaxError(text) };
  }
  if (isTooDeep(text)) return tooDeep();
  if (MAY_LOSE_DIGITS.test(text)) {
    const lost = findLostDigits(text);
    if (lost)
      return { problem: 'digits', ...lost, message: `The number ${shorten(lost.literal)} would lose digits` };
  }
  return { value: MAY_BE_NEGATIVE_ZERO.test(text) ? withoutNegativeZero(value) : value };
}

/** Fifteen digits always survive; these look at strings too, where a hit costs only a closer look. */
const MAY_LOSE_DIGITS = /[\d.]{16}|\d[eE]/;
const MAY_BE_NEGATIVE_ZERO = /-0(?!\d)/;

function tooDeep(): Parsed {
  return { problem: 'depth', message: `Arrays and objects nest deeper than ${MAX_DEPTH} levels` };
}

/** A text in a message: the beginning of it where it is long. */
export function shorten(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}

/** Changes the value in place; it was parsed here, so nobody else holds it, and its depth is bounded. */
function withoutNegativeZero(value: unknown): unknown {
  if (value === 0) return 0;
  if (typeof value === 'object' && value !== null) {
    const members = value as Record<string, unknown>;
    for (const key of Object.keys(members)) {
      const member = members[key];
      // An own `__proto__` is found before the setter of Object.prototype.
      if (member === 0) members[key] = 0;
      else if (typeof member === 'object') withoutNegativeZero(member);
    }
  }
  return value;
}
