import { endOfString } from './string-end.ts';

/**
 * How deep arrays and objects may nest. JSON.stringify and recursive functions overflow the stack only far above it.
 */
export const MAX_DEPTH = 500;

/** Returns true when the arrays and objects of a valid JSON text nest deeper than MAX_DEPTH. */
export function isTooDeep(text: string): boolean {
  // Each level needs two characters.
  if (text.length <= 2 * MAX_DEPTH) return false;
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case 0x22: // "
        at = endOfString(text, at) - 1;
        break;
      case 0x5b: // [
      case 0x7b: // {
        if (++depth > MAX_DEPTH) return true;
        break;
      case 0x5d: // ]
      case 0x7d: // }
        depth--;
        break;
    }
  }
  return false;
}
