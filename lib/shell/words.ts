import { RANGE, UNSURE } from './objections.ts';
import type { Word } from './word.ts';
import { isAssignment } from './assignments.ts';
import { readSubstitution } from './expansions.ts';
import { readDouble, readSingle } from './quotes.ts';
import type { Reading } from './reading.ts';
import { Spelling } from './spelling.ts';
import { readSubscript } from './subscripts.ts';

/** What a word is to the command: its first one, a later one, an array's element, or one that the grammar asks for. */
type Role = 'first' | 'argument' | 'element' | 'one-word';

const WORD_ENDS = new Set([' ', '\t', '\n', ';', '&', '|', '<', '>', '(', ')']);

/** Whether no word goes on with this character. */
export function endsWord(char: string): boolean {
  return char === '' || WORD_ENDS.has(char);
}

/** Reads one word. */
export function readWord(reading: Reading, role: Role): Word {
  const { cursor, interpreter, expand } = reading;
  const start = cursor.pos;
  const from = cursor.uses.length;
  const { chunk } = cursor;
  cursor.write('');
  // The first word of a command must not vanish, or else the next one would be the command.
  const place = role === 'one-word' || role === 'first' ? 'one-word' : 'word';
  const spelling = new Spelling();
  let kept = false;
  let braces = false;
  for (;;) {
    const char = cursor.at();
    const before = cursor.since(start);
    if ((char === '<' || char === '>') && cursor.at(1) === '(') {
      cursor.copy(2);
      readSubstitution(reading, char === '>');
      spelling.expands(false);
    } else if (char === '(' && before !== '') {
      if (!readParentheses(reading, { role, before })) break;
      spelling.expands(false);
    } else if (endsWord(char)) {
      break;
    } else if (cursor.isHole(char)) {
      spelling.expands(true);
      cursor.hole(place);
      kept ||= place === 'one-word';
    } else if (char === "'" || char === '"' || char === '\\') {
      readQuoted(reading, spelling);
    } else if (char === '$') {
      readDollar(reading, { spelling, role, before });
    } else if (char === '`') {
      expand('word');
      spelling.expands(false);
    } else if (char === '[' && role !== 'one-word' && readSubscript(reading, { before, role })) {
      spelling.blurs();
    } else {
      // A pattern is the names of files, and braces are several words.
      if (cursor.match(/[*?]|\[[^\s\]]+\]|\{(?=[^\s}])/y) !== '') spelling.expands(false);
      braces ||= char === '{' && /[^\s}]/.test(cursor.at(1));
      spelling.text += cursor.copy();
      if (braces) spelling.settle();
    }
  }
  const raw = cursor.since(start);
  if (interpreter !== 'zsh' && cursor.hasHole(/\{[^{}\s]*\.\.[^{}\s]*\}/.exec(raw)?.[0] ?? ''))
    cursor.object(from, cursor.uses.length, RANGE);
  if (raw === '') {
    // Nothing was read where a word must be: step over it rather than stand still.
    cursor.lose();
    cursor.copy();
  }
  const bare = spelling.text === '' && !/^\$\{\w+:-[^}$`]+\}$/.test(raw);
  return {
    raw,
    value: spelling.known ? spelling.text : undefined,
    prefix: spelling.prefix,
    tail: spelling.tail,
    leading: spelling.leading,
    vanishes: !spelling.known && bare && !kept && (!/["']/.test(raw) || raw.includes('@')),
    from,
    to: cursor.uses.length,
    chunk,
  };
}

/** An array or a group of a pattern; false when the word ends before the parenthesis. */
function readParentheses(reading: Reading, { role, before }: { role: Role; before: string }): boolean {
  if (/^[A-Za-z_]\w*\+?=$/.test(before)) readArray(reading);
  else if (/[?*+@!]$/.test(before) && !(role === 'first' && before === '!')) readGroup(reading);
  else if (reading.interpreter === 'zsh' && role !== 'first') readGroup(reading);
  else return false;
  return true;
}

function readArray(reading: Reading): void {
  const { cursor, documents } = reading;
  cursor.copy();
  for (;;) {
    documents.space();
    const char = cursor.at();
    if (char === ')') {
      cursor.copy();
      return;
    }
    if (endsWord(char) && !cursor.starts('<(') && !cursor.starts('>(')) {
      cursor.lose();
      return;
    }
    readWord(reading, 'element');
  }
}

/** A group of a pattern, `@(a|b)`, in which nothing of a caller may stand. */
function readGroup(reading: Reading): void {
  const { cursor } = reading;
  const from = cursor.uses.length;
  cursor.copy();
  for (;;) {
    const char = cursor.at();
    if (char === '' || char === '\n') {
      cursor.lose();
      return;
    }
    if (char === ')') break;
    if (char === '(') readGroup(reading);
    else if (endsWord(char)) cursor.copy();
    else readWord(reading, 'one-word');
  }
  cursor.copy();
  cursor.object(from, cursor.uses.length, UNSURE);
}

function readQuoted(reading: Reading, spelling: Spelling): void {
  const { cursor, scope } = reading;
  const from = cursor.uses.length;
  const char = cursor.at();
  if (char === "'") {
    spelling.text += readSingle(reading);
    if (cursor.uses.length > from) spelling.expands(true);
  } else if (char === '"') {
    const part = readDouble(reading);
    spelling.quotes(part, cursor.uses.length > from);
  } else {
    if (cursor.at(1) !== '\n') spelling.text += cursor.at(1);
    // Only a word that ends here, or the line does, is as it looks.
    else if (!/[ \t\n;&|)\\]/.test(cursor.at(2) || ' ')) scope.disguise();
    cursor.copy(2);
  }
}

function readDollar(
  { cursor, scope, expand }: Reading,
  { spelling, role, before }: { spelling: Spelling; role: Role; before: string },
): void {
  const from = cursor.uses.length;
  const start = cursor.pos;
  expand('word');
  const taken = cursor.since(start);
  const hole = cursor.uses.length > from;
  if (taken === '$') spelling.text += cursor.at() === '"' ? '' : '$';
  else if (/^\$'[^\\]*$/.test(taken) && !hole) spelling.text += taken.slice(2, -1);
  else {
    // A command that is spelled with escapes is not worth reading.
    if (taken.startsWith("$'") && role === 'first' && !isAssignment(before)) scope.disguise();
    spelling.expands(hole);
  }
}
