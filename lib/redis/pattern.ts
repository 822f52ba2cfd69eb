/** A text with its glob characters escaped, so that MATCH and PSUBSCRIBE take it literally. */
export function escapeGlob(text: string): string {
  return text.replace(/[*?[\]\\^]/g, '\\$&');
}
