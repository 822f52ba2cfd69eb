import { readCharacter, readDouble, readSingle } from './quotes.ts';
import type { Reader } from './reader.ts';
import { ARITHMETIC, SUBSCRIPT } from './reasons.ts';

type Parts = Pick<Reader, 'cursor' | 'expand'>;

/** Reads `((…))` or `$((…))`. Returns false when it turns out to be a subshell inside of parentheses. */
export function readArithmetic(reader: Parts, opening: '((' | '$(('): boolean {
  const { cursor } = reader;
  const from = cursor.uses.length;
  const end = endOfArithmetic(cursor.text, cursor.pos + opening.length);
  if (end === undefined) {
    // Shells differ in what two parentheses mean that are not closed as two.
    cursor.markUncertain();
    return false;
  }
  cursor.copy(opening.length);
  while (cursor.pos < end) readExpressionPart(reader);
  if (cursor.pos !== end) cursor.markUnreadable();
  cursor.report({ from }, ARITHMETIC);
  cursor.copy(2);
  return true;
}

/** Reads `$[…]`, an arithmetic expression in bash and zsh, and text in other shells. */
export function readOldArithmetic({ cursor }: Parts): void {
  const region = cursor.match(/\$\[[^\]\n]*\]?/y);
  if (/['"`\\(]|\$[({]/.test(region)) cursor.markUncertain();
  cursor.copyReported(region, ARITHMETIC);
}

/** Reads `name[…]` of an assignment, or `[…]=` of a list's item. Returns false when the bracket is plain text. */
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
    cursor.checkJoinedLine(0);
    readExpressionPart(reader);
    if (char === '[') depth++;
    if (char === ']' && --depth === 0) break;
  }
  cursor.report({ from }, SUBSCRIPT);
  return true;
}

/** Reads one name or character of an expression, or what is quoted or expanded in it. */
function readExpressionPart(reader: Parts): void {
  const { cursor } = reader;
  const name = cursor.copyMatch(/[A-Za-z_]\w*/y);
  if (name !== '') cursor.useVariable(name);
  else if (cursor.at() === '"') readDouble(reader);
  else if (cursor.at() === "'") readSingle(reader);
  else readCharacter(reader, 'double', 'bare');
}

/** Returns where the two closing parentheses stand. */
function endOfArithmetic(text: string, start: number): number | undefined {
  const token = /\\.|'[^']*(?:'|$)|"(?:\\.|[^"\\])*(?:"|$)|[()]/gs;
  token.lastIndex = start;
  let depth = 0;
  for (let match = token.exec(text); match; match = token.exec(text)) {
    if (match[0] === '(') depth++;
    else if (match[0] === ')' && depth-- === 0)
      return text[match.index + 1] === ')' ? match.index : undefined;
  }
  return undefined;
}
