import { ARITHMETIC } from './objections.ts';
import { readDouble, readSingle } from './quotes.ts';
import type { Reading } from './reading.ts';

type Parts = Pick<Reading, 'cursor' | 'scope' | 'expand'>;

/** `((…))` or `$((…))`; false when it turns out to be a subshell inside of parentheses. */
export function readArithmetic(reading: Parts, opening: '((' | '$(('): boolean {
  const { cursor, scope } = reading;
  const end = endOf(cursor.text, cursor.pos + opening.length);
  if (end === undefined) {
    // Two parentheses that are not closed as two: shells differ in what that is.
    cursor.unsure();
    return false;
  }
  const from = cursor.uses.length;
  scope.evaluatesText(cursor.text.slice(cursor.pos, end));
  cursor.copy(opening.length);
  while (cursor.pos < end) readExpressionPart(reading);
  if (cursor.pos !== end) cursor.lose();
  cursor.object(from, cursor.uses.length, ARITHMETIC);
  cursor.copy(2);
  return true;
}

/** `$[…]`, an arithmetic expression to bash and zsh, and text to other shells. */
export function readOldArithmetic({ cursor, scope }: Pick<Reading, 'cursor' | 'scope'>): void {
  const region = cursor.match(/\$\[[^\]\n]*\]?/y);
  if (/['"`\\(]|\$[({]/.test(region)) cursor.unsure();
  scope.forbid(region, ARITHMETIC);
}

/** One character of an expression, or what is quoted or expanded in it. */
export function readExpressionPart(reading: Pick<Reading, 'cursor' | 'expand'>): void {
  const { cursor, expand } = reading;
  const char = cursor.at();
  if (char === '\\') cursor.copy(2);
  else if (char === '$' || char === '`') expand('double');
  else if (char === '"') readDouble(reading);
  else if (char === "'") readSingle(reading);
  else if (cursor.isHole(char)) cursor.hole('bare');
  else cursor.copy();
}

/** Where the two closing parentheses stand. */
function endOf(text: string, start: number): number | undefined {
  let depth = 0;
  for (let at = start; at < text.length; at++) {
    const char = text[at];
    if (char === '\\') at++;
    else if (char === "'") {
      at = text.indexOf("'", at + 1);
      if (at === -1) return undefined;
    } else if (char === '"') {
      for (at++; text[at] !== '"'; at++) {
        if (text[at] === '\\') at++;
        if (at >= text.length) return undefined;
      }
    } else if (char === '(') depth++;
    else if (char === ')') {
      if (depth > 0) depth--;
      else return text[at + 1] === ')' ? at : undefined;
    }
  }
  return undefined;
}
