import { judgeConditional } from './conditions.ts';
import { NAMES_VARIABLE } from './objections.ts';
import type { Word } from './word.ts';
import { readArithmetic } from './arithmetic.ts';
import type { Reading } from './reading.ts';
import { endsWord, readWord } from './words.ts';

/** What stands between `for` or `select` and the body of the loop. */
export function readLoop(reading: Reading): void {
  const { cursor, flow, scope } = reading;
  cursor.blanks();
  if (cursor.starts('((')) {
    if (!readArithmetic(reading, '((')) cursor.lose();
    return;
  }
  const name = readWord(reading, 'one-word');
  cursor.object(name.from, name.to, NAMES_VARIABLE);
  const from = cursor.uses.length;
  const start = cursor.pos;
  const gap = cursor.match(/(?:[ \t\n]|\\\n)*in(?=[ \t\n;&|])/y);
  if (gap === '') {
    // Without `in` it goes through the arguments.
    flow.assigns(name.raw, scope.input({ from, to: from, raw: '$@' }));
    return;
  }
  cursor.copy(gap.length);
  for (;;) {
    cursor.blanks();
    const char = cursor.at();
    if (char === '' || '\n;&|)#'.includes(char)) {
      const list = { from, to: cursor.uses.length, raw: cursor.since(start) };
      flow.assigns(name.raw, scope.input(list));
      return;
    }
    if (char === '(' || ((char === '<' || char === '>') && cursor.at(1) !== '(')) {
      cursor.lose();
      return;
    }
    readWord(reading, 'argument');
  }
}

/** What follows `case`, to its `esac`. */
export function readCase(reading: Reading): void {
  const { cursor, documents, commands } = reading;
  cursor.blanks();
  readWord(reading, 'one-word');
  documents.space();
  if (cursor.match(/in(?=[ \t\n\\])/y) === '') {
    cursor.lose();
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
    if (!readPatterns(reading)) return;
    if (!cursor.close(')')) return;
    if (commands('case') === 'esac') return;
    const end = cursor.match(/;;&|;[;&|]/y);
    if (end === '') {
      cursor.lose();
      return;
    }
    cursor.copy(end.length);
  }
}

/** The patterns of one branch; false where they cannot be read. */
function readPatterns(reading: Reading): boolean {
  const { cursor } = reading;
  for (;;) {
    cursor.blanks();
    if (endsWord(cursor.at())) {
      cursor.lose();
      return false;
    }
    readWord(reading, 'one-word');
    cursor.blanks();
    if (cursor.at() !== '|') return true;
    cursor.copy();
  }
}

/** What follows `[[`, to its `]]`. */
export function readConditional(reading: Reading): void {
  const { cursor, scope } = reading;
  const words: Word[] = [];
  for (;;) {
    while (/[ \t\n()<>|&!]/.test(cursor.at())) {
      if (cursor.starts('<(') || cursor.starts('>(')) break;
      cursor.copy();
    }
    const char = cursor.at();
    if (char === '' || char === ';') {
      cursor.lose();
      return;
    }
    if (char === '#') {
      // A comment to some, a word to others.
      cursor.unsure();
      cursor.comment();
      continue;
    }
    const word = readWord(reading, 'one-word');
    if (word.raw === ']]') break;
    words.push(word);
  }
  const { objections, evaluates } = judgeConditional(words);
  for (const { from, to, ...objection } of objections) cursor.object(from, to, objection);
  scope.evaluates(evaluates);
}
