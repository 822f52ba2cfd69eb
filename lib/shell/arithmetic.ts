import { readCharacter, readDouble, readSingle } from './quotes.ts';
import type { Reader } from './reader.ts';
import { ARITHMETIC, SUBSCRIPT } from './reasons.ts';

/** Reads `((…))` or `$((…))`. Returns false when it turns out to be a subshell inside of parentheses. */
export function readArithmetic(reader: Reader, opening: '((' | '$(('): boolean {
  const from = reader.uses.length;
  const end = endOfArithmetic(reader.text, reader.pos + opening.length);
  if (end === undefined) {
    // Shells differ in what two parentheses mean that are not closed as two.
    reader.markUncertain();
    return false;
  }
  reader.copy(opening.length);
  while (reader.pos < end) readExpressionPart(reader);
  if (reader.pos !== end) reader.markUnreadable();
  reader.report({ from }, ARITHMETIC);
  reader.copy(2);
  return true;
}

/** Reads `$[…]`, an arithmetic expression in bash and zsh, and text in other shells. */
export function readOldArithmetic(reader: Reader): void {
  const region = reader.match(/\$\[[^\]\n]*\]?/y);
  if (/['"`\\(]|\$[({]/.test(region)) reader.markUncertain();
  reader.copyReported(region, ARITHMETIC);
}

/** Reads `name[…]` of an assignment, or `[…]=` of a list's item. Returns false when the bracket is plain text. */
export function readSubscript(reader: Reader, role: 'first' | 'argument' | 'item', before: string): boolean {
  const { interpreter } = reader;
  if (!(role === 'item' ? before === '' : /^\{?[A-Za-z_]\w*$/.test(before))) return false;
  if (interpreter === 'dash' || role === 'argument') {
    const region = reader.match(/\[[^\s\]]*\]/y);
    if (!reader.hasPlaceholder(region)) return false;
    reader.copyReported(region, SUBSCRIPT);
    return true;
  }
  const from = reader.uses.length;
  reader.copy();
  for (let depth = 1; depth > 0 && /[^\n]/.test(reader.at());) {
    depth += reader.at() === '[' ? 1 : reader.at() === ']' ? -1 : 0;
    // Where lists are not known, a blank ends the word.
    if (interpreter === 'sh' && /\s/.test(reader.at())) reader.markUncertain();
    reader.checkJoinedLine(0);
    if (depth > 0) readExpressionPart(reader);
  }
  reader.close(']');
  reader.report({ from }, SUBSCRIPT);
  return true;
}

function readExpressionPart(reader: Reader): void {
  const name = reader.copyMatch(/[A-Za-z_]\w*/y);
  if (name !== '') reader.useVariable(name);
  else if (reader.at() === '"') readDouble(reader);
  else if (reader.at() === "'") readSingle(reader);
  else readCharacter(reader, 'double', 'bare');
}

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
