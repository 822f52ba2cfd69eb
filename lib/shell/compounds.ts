import { readArithmetic } from './arithmetic.ts';
import { checkConditional } from './check-builtins.ts';
import type { Reader } from './reader.ts';
import { GRAMMAR_NAME } from './reasons.ts';
import type { Word } from './word.ts';
import { endsWord, readWord } from './words.ts';

/** Reads what stands between `for` or `select` and the body of the loop. */
export function readLoop(reader: Reader): void {
  const { cursor, assignments } = reader;
  cursor.blanks();
  if (cursor.starts('((')) {
    if (!readArithmetic(reader, '((')) cursor.markUnreadable();
    return;
  }
  const name = readWord(reader, 'one-word');
  cursor.report(name.from, name.to, GRAMMAR_NAME);
  const from = cursor.uses.length;
  const gap = cursor.match(/(?:[ \t\n]|\\\n)*in(?=[ \t\n;&|])/y);
  cursor.copy(gap.length);
  if (gap === '') return;
  for (;;) {
    cursor.blanks();
    const char = cursor.at();
    if (char === '' || '\n;&|)#'.includes(char)) {
      assignments.push({ name: name.raw, from, to: cursor.uses.length, depth: cursor.depth });
      return;
    }
    if (char === '(' || ((char === '<' || char === '>') && cursor.at(1) !== '(')) {
      cursor.markUnreadable();
      return;
    }
    readWord(reader, 'argument');
  }
}

/** Reads what follows `case`, up to its `esac`. */
export function readCase(reader: Reader): void {
  const { cursor, documents, commands } = reader;
  cursor.blanks();
  readWord(reader, 'one-word');
  documents.space();
  if (cursor.match(/in(?=[ \t\n\\])/y) === '') {
    cursor.markUnreadable();
    return;
  }
  cursor.copy(2);
  for (;;) {
    documents.space();
    if (cursor.match(/esac(?![\w-])/y) !== '') {
      cursor.copy(4);
      return;
    }
    if (cursor.at() === '(') cursor.copy();
    if (!readPatterns(reader)) return;
    if (!cursor.close(')')) return;
    if (commands('case') === 'esac') return;
    const end = cursor.match(/;;&|;[;&|]/y);
    if (end === '') {
      cursor.markUnreadable();
      return;
    }
    cursor.copy(end.length);
  }
}

/** Reads the patterns of one branch. Returns false where they cannot be read. */
function readPatterns(reader: Reader): boolean {
  const { cursor } = reader;
  for (;;) {
    cursor.blanks();
    if (endsWord(cursor.at())) {
      cursor.markUnreadable();
      return false;
    }
    readWord(reader, 'one-word');
    cursor.blanks();
    if (cursor.at() !== '|') return true;
    cursor.copy();
  }
}

/** Reads what follows `[[`, up to its `]]`. */
export function readConditional(reader: Reader): void {
  const { cursor, reporter } = reader;
  const words: Word[] = [];
  for (;;) {
    while (/[ \t\n()<>|&!]/.test(cursor.at())) {
      if (cursor.starts('<(') || cursor.starts('>(')) break;
      cursor.copy();
    }
    const char = cursor.at();
    if (char === '' || char === ';') {
      cursor.markUnreadable();
      return;
    }
    if (char === '#') {
      // A comment in some shells, a word in others.
      cursor.markUncertain();
      cursor.comment();
      continue;
    }
    const word = readWord(reader, 'one-word');
    if (word.raw === ']]') break;
    words.push(word);
  }
  checkConditional(words, reporter);
}

/** Reads what follows `function`, up to where the body begins. */
export function readFunction(reader: Reader): void {
  const { cursor } = reader;
  cursor.blanks();
  const { from, to } = readWord(reader, 'one-word');
  cursor.report(from, to, GRAMMAR_NAME);
  cursor.blanks();
  if (cursor.at() === '(' && cursor.at(1) === ')') cursor.copy(2);
}

/** Reads the `()` behind the name of a function. */
export function readFunctionParentheses({ cursor }: Reader, words: readonly Word[]): void {
  cursor.copy();
  cursor.blanks();
  // Behind anything but one word, or with anything inside, parentheses mean something that is not read here.
  if (words.length !== 1 || cursor.at() !== ')') cursor.markUnreadable();
  else cursor.copy();
  for (const { from, to } of words.slice(0, 1)) cursor.report(from, to, GRAMMAR_NAME);
}
