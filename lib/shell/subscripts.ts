import { SUBSCRIPT } from './objections.ts';
import { readExpressionPart } from './arithmetic.ts';
import type { Reading } from './reading.ts';

/** `name[…]` of an assignment, or `[…]=` of an array's element; false when this bracket is just text. */
export function readSubscript(
  reading: Pick<Reading, 'interpreter' | 'cursor' | 'scope' | 'expand'>,
  { before, role }: { before: string; role: 'first' | 'argument' | 'element' },
): boolean {
  const { interpreter, cursor, scope } = reading;
  if (!(role === 'element' ? before === '' : /^\{?[A-Za-z_]\w*$/.test(before))) return false;
  if (interpreter === 'dash' || role === 'argument') {
    const region = cursor.match(/\[[^\s\]]*\]/y);
    if (!cursor.hasHole(region)) return false;
    scope.forbid(region, SUBSCRIPT);
    return true;
  }
  const from = cursor.uses.length;
  const start = cursor.pos;
  for (let depth = 0; ;) {
    const char = cursor.at();
    if (char === '' || char === '\n') {
      cursor.lose();
      return true;
    }
    // Where arrays are not known, a blank ends the word.
    if (/\s/.test(char) && interpreter === 'sh') cursor.unsure();
    if (char === '\\') scope.glued(0);
    readExpressionPart(reading);
    if (char === '[') depth++;
    if (char === ']' && --depth === 0) break;
  }
  cursor.object(from, cursor.uses.length, SUBSCRIPT);
  scope.evaluatesText(cursor.since(start));
  return true;
}
