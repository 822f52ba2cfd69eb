import { refuseValue } from './refuse-value.ts';

/** Escapes every character that has a meaning in a URL or in a form. */
export function escapeUrlText(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** Returns the text. Throws INVALID_PARAMETERS when it contains half of a surrogate pair, which has no encoding in UTF-8. */
export function wellFormed(text: string, path: readonly string[]): string {
  if (text.isWellFormed()) return text;
  throw refuseValue(path, 'contains half of a surrogate pair, which UTF-8 cannot encode');
}
