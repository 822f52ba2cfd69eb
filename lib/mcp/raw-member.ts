import { endOfString } from '../json/string-end.ts';

/**
 * Returns the source text of a member of an object, given the valid JSON text of the object. The last member of a name
 * counts, as in JSON.parse. Returns undefined when the text is not an object or has no such member.
 */
export function rawMember(text: string, name: string): string | undefined {
  let at = afterSpace(text, 0);
  if (text[at] !== '{') return undefined;
  let found: string | undefined;
  at = afterSpace(text, at + 1);
  while (text[at] === '"') {
    const nameEnd = endOfString(text, at);
    const isWanted = JSON.parse(text.slice(at, nameEnd)) === name;
    const start = afterSpace(text, afterSpace(text, nameEnd) + 1);
    const end = endOfValue(text, start);
    if (isWanted) found = text.slice(start, end);
    at = afterSpace(text, end);
    if (text[at] === ',') at = afterSpace(text, at + 1);
  }
  return found;
}

function afterSpace(text: string, start: number): number {
  let at = start;
  while (text[at] === ' ' || text[at] === '\t' || text[at] === '\n' || text[at] === '\r') at++;
  return at;
}

/** Returns the offset after the value that begins at `start`. */
function endOfValue(text: string, start: number): number {
  let depth = 0;
  let at = start;
  while (at < text.length) {
    const character = text[at];
    if (character === '"') {
      at = endOfString(text, at);
      if (depth === 0) return at;
      continue;
    }
    if (character === '{' || character === '[') depth++;
    else if (character === '}' || character === ']') {
      if (depth <= 1) return depth === 1 ? at + 1 : at;
      depth--;
    } else if (depth === 0 && (character === ',' || character === ' ' || character === '\n')) return at;
    at++;
  }
  return at;
}
