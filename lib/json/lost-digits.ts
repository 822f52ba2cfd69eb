import { losesDigits } from './number.ts';
import { pointerOf } from './pointer.ts';
import { endOfString } from './string-end.ts';

/**
 * Finds the first number literal in a valid JSON text that would lose digits as a double. `path` is its JSON Pointer.
 */
export function findLostDigits(text: string): { literal: string; path: string } | undefined {
  // One entry per open array or object: the index in an array, the name of the member as a JSON literal in an object.
  const path: (number | string)[] = [];
  let name = '""';
  for (let at = 0; at < text.length;) {
    const character = text[at];
    if (character === '"') {
      const end = endOfString(text, at);
      name = text.slice(at, end);
      at = end;
      continue;
    }
    if (character === '-' || (character !== undefined && character >= '0' && character <= '9')) {
      NUMBER.lastIndex = at;
      const literal = NUMBER.exec(text)?.[0] ?? character;
      if (losesDigits(literal)) return { literal, path: pointerOf(path.map(stepOf)) };
      at += literal.length;
      continue;
    }
    if (character === '[') path.push(0);
    else if (character === '{') path.push('""');
    else if (character === ']' || character === '}') path.pop();
    else if (character === ':') path[path.length - 1] = name;
    else if (character === ',') {
      const last = path[path.length - 1];
      if (typeof last === 'number') path[path.length - 1] = last + 1;
    }
    at++;
  }
  return undefined;
}

const NUMBER = /[-+.\deE]+/y;

/** The name of a member from its JSON literal. */
function stepOf(step: number | string): number | string {
  return typeof step === 'number' ? step : String(JSON.parse(step));
}
