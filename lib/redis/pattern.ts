import { GantzError } from '../contract/errors.ts';
import { shorten } from '../json/parse.ts';

/** Escapes the glob characters of a text, so that MATCH and PSUBSCRIBE match exactly this text. */
export function escapeGlob(text: string): string {
  return text.replace(/[*?[\]\\^]/g, '\\$&');
}

/**
 * Returns a glob for texts that begin with exactly `prefix`, and whose rest matches the glob `pattern`. Throws
 * INVALID_PARAMETERS when `pattern` is not well-formed Unicode.
 */
export function globUnder(prefix: string, pattern: string): string {
  if (pattern.isWellFormed()) return `${escapeGlob(prefix)}${pattern}`;
  throw new GantzError(
    'INVALID_PARAMETERS',
    `${JSON.stringify(shorten(pattern))} is not well-formed Unicode`,
  );
}
