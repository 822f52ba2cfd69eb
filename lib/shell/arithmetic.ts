import { readDouble, readSingle } from './quotes.ts';
import type { Reader } from './reader.ts';
import { ARITHMETIC, SUBSCRIPT } from './reasons.ts';

type Parts = Pick<Reader, 'cursor' | 'expand'>;

const NAME = /[A-Za-z_]\w*/y;

/** Reads `((…))` or `$((…))`. Returns false when it turns out to be a subshell inside of parentheses. */
export function readArithmetic(reader: Parts, opening: '((' | '$(('): boolean {
  const { cursor } = reader;
  const end = endOfArithmetic(cursor.text, cursor.pos + opening.length);
  if (end === undefined) {
    // Shells differ in what two parentheses mean that are not closed as two.
    cursor.markUncertain();
    return false;
  }
  const from = cursor.uses.length;
  cursor.copy(opening.length);
  while (cursor.pos < end) readExpressionPart(reader);
  if (cursor.pos !== end) cursor.markUnreadable();
  cursor.report(from, cursor.uses.length, ARITHMETIC);
  cursor.copy(2);
  return true;
}

/** Reads `$[…]`, an arithmetic expression in bash and zsh, and text in other shells. */
export function readOldArithmetic({ cursor }: Pick<Reader, 'cursor'>): void {
  const region = cursor.match(/\$\[[^\]\n]*\]?/y);
  if (/['"`\\(]|\$[({]/.test(region)) cursor.markUncertain();
  cursor.copyReported(region, ARITHMETIC);
}

/**
 * Reads `name[…]` of an assignment, or `[…]=` of a list's item. Returns false when the bracket is plain text.
 */
export function readSubscript(
  reader: Parts & Pick<Reader, 'interpreter'>,
  { before, role }: { before: string; role: 'first' | 'argument' | 'item' },
): boolean {
  const { interpreter, cursor } = reader;
  if (!(role === 'item' ? before === '' : /^\{?[A-Za-z_]\w*$/.test(before))) return false;
  if (interpreter === 'dash' || role === 'argument') {
    const region = cursor.match(/\[[^\s\]]*\]/y);
    if (!cursor.hasPlaceholder(region)) return false;
    cursor.copyReported(region, SUBSCRIPT);
    return true;
  }
  const from = cursor.uses.length;
  for (let depth = 0; ;) {
    const char = cursor.at();
    if (char === '' || char === '\n') {
      cursor.markUnreadable();
      return true;
    }
    // Where lists are not known, a blank ends the word.
    if (/\s/.test(char) && interpreter === 'sh') cursor.markUncertain();
    if (char === '\\') cursor.checkJoinedLine(0);
    readExpressionPart(reader);
    if (char === '[') depth++;
    if (char === ']' && --depth === 0) break;
  }
  cursor.report(from, cursor.uses.length, SUBSCRIPT);
  return true;
}

/** Reads one name or character of an expression, or what is quoted or expanded in it. */
function readExpressionPart(reader: Parts): void {
  const { cursor, expand } = reader;
  const char = cursor.at();
  const name = cursor.match(NAME);
  if (name !== '') {
    cursor.useVariable(name);
    cursor.copy(name.length);
  } else if (char === '\\') cursor.copy(2);
  else if (char === '$' || char === '`') expand('double');
  else if (char === '"') readDouble(reader);
  else if (char === "'") readSingle(reader);
  else if (cursor.isPlaceholder(char)) cursor.placeholder('bare');
  else cursor.copy();
}

/** Returns where the two closing parentheses stand. */
function endOfArithmetic(text: string, start: number): number | undefined {
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
