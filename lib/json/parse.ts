import { isTooDeep, MAX_DEPTH } from './depth.ts';
import { findLostDigits } from './lost-digits.ts';
import { findSyntaxError } from './syntax-error.ts';

/** The value of a JSON text, or the reason why it is refused. `message` is a sentence for a person. */
export type Parsed =
  | { value: unknown }
  | { problem: 'syntax'; message: string; position: number }
  | { problem: 'digits'; message: string; literal: string; path: string }
  | { problem: 'depth'; message: string };

/**
 * Parses JSON without loss. A number that would lose digits as a double is refused as `digits`, where `path` is the
 * JSON Pointer of the literal. Nesting deeper than MAX_DEPTH is refused as `depth`. −0 becomes 0, and `__proto__`
 * becomes an own member.
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

/** Fast tests that show whether a slow check is needed. A match inside a string costs time but changes no result. */
const MAY_LOSE_DIGITS = /[\d.]{16}|\d[eE]/;
const MAY_BE_NEGATIVE_ZERO = /-0(?!\d)/;

function tooDeep(): Parsed {
  return { problem: 'depth', message: `Arrays and objects nest deeper than ${MAX_DEPTH} levels` };
}

/** Returns a text for a message: at most its first 40 characters, and `…` when it is longer. */
export function shorten(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}

/** Replaces −0 by 0, in place. The value was parsed here, so nothing else refers to it, and its depth is limited. */
function withoutNegativeZero(value: unknown): unknown {
  if (value === 0) return 0;
  if (typeof value === 'object' && value !== null) {
    const members = value as Record<string, unknown>;
    for (const key of Object.keys(members)) {
      const member = members[key];
      // Here `__proto__` is an own member, so the assignment does not reach the setter of Object.prototype.
      if (member === 0) members[key] = 0;
      else if (typeof member === 'object') withoutNegativeZero(member);
    }
  }
  return value;
}
