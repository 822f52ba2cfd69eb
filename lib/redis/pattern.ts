import { GantzError } from '../errors.ts';
import { shorten } from '../json/parse.ts';

/** A text with its glob characters escaped, so that MATCH and PSUBSCRIBE take it literally. */
export function escapeGlob(text: string): string {
  return text.replace(/[*?[\]\\^]/g, '\\$&');
}

/** The glob of what begins with `prefix`, taken literally, and goes on as `pattern` says; INVALID_PARAMETERS when that is not well-formed Unicode. */
export function globUnder(prefix: string, pattern: string): string {
  if (pattern.isWellFormed()) return `${escapeGlob(prefix)}${pattern}`;
  throw new GantzError(
    'INVALID_PARAMETERS',
    `${JSON.stringify(shorten(pattern))} is not well-formed Unicode`,
  );
}
