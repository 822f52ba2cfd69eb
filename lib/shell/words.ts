import { readSubscript } from './arithmetic.ts';
import { readSubstitution } from './expansions.ts';
import { readDouble, readSingle } from './quotes.ts';
import type { Reader } from './reader.ts';
import { BRACE_RANGE, UNCERTAIN } from './reasons.ts';
import { isAssignment } from './variables.ts';
import { EXPANSION, makeWord, PLACEHOLDER, textPart, type Word, type WordPart } from './word.ts';

/** What a word is: the first one of a command, a later one, an item of a list, or one that the grammar requires. */
type Role = 'first' | 'argument' | 'item' | 'one-word';

const WORD_ENDS = new Set([' ', '\t', '\n', ';', '&', '|', '<', '>', '(', ')']);

/** Returns true when no word goes on with this character. */
export function endsWord(char: string): boolean {
  return char === '' || WORD_ENDS.has(char);
}

/** Reads one word. */
export function readWord(reader: Reader, role: Role): Word {
  const { cursor, interpreter, expand } = reader;
  const start = cursor.pos;
  const from = cursor.uses.length;
  const { chunk } = cursor;
  cursor.write('');
  // The first word of a command must not vanish: the next one would be the command.
  const quoting = role === 'one-word' || role === 'first' ? 'one-word' : 'word';
  const parts: WordPart[] = [];
  let kept = false;
  let braces = false;
  for (;;) {
    const char = cursor.at();
    const before = cursor.since(start);
    if ((char === '<' || char === '>') && cursor.at(1) === '(') {
      cursor.copy(2);
      readSubstitution(reader, char === '>');
      parts.push(EXPANSION);
    } else if (char === '(' && before !== '') {
      if (!readParentheses(reader, { role, before })) break;
      parts.push(EXPANSION);
    } else if (endsWord(char)) {
      break;
    } else if (cursor.isPlaceholder(char)) {
      parts.push(PLACEHOLDER);
      cursor.placeholder(quoting);
      kept ||= quoting === 'one-word';
    } else if (char === "'") {
      parts.push(...readSingle(reader));
    } else if (char === '"') {
      parts.push(...readDouble(reader));
    } else if (char === '\\') {
      parts.push(readEscape(reader));
    } else if (char === '$') {
      parts.push(...readDollar(reader, { role, before }));
    } else if (char === '`') {
      expand('word');
      parts.push(EXPANSION);
    } else if (char === '[' && role !== 'one-word' && readSubscript(reader, { before, role })) {
      parts.push(EXPANSION);
    } else {
      // A pattern stands for names of files, and braces for several words.
      if (cursor.match(/[*?]|\[[^\s\]]+\]|\{(?=[^\s}])/y) !== '') parts.push(EXPANSION);
      braces ||= char === '{' && /[^\s}]/.test(cursor.at(1));
      parts.push(textPart(cursor.copy()), ...(braces ? [EXPANSION] : []));
    }
  }
  const raw = cursor.since(start);
  const range = /\{[^{}\s]*\.\.[^{}\s]*\}/.exec(raw)?.[0] ?? '';
  if (interpreter !== 'zsh' && cursor.hasPlaceholder(range))
    cursor.report(from, cursor.uses.length, BRACE_RANGE);
  if (raw === '') {
    // No word was read where one must be: step over the character rather than stand still.
    cursor.markUnreadable();
    cursor.copy();
  }
  const expanded = parts.some(({ kind }) => kind !== 'text');
  const bare = parts.every((part) => part.kind !== 'text' || part.text === '');
  return makeWord({
    raw,
    parts,
    given: cursor.usedPlaceholder(from),
    vanishes:
      expanded &&
      bare &&
      !kept &&
      !/^\$\{\w+:-[^}$`]+\}$/.test(raw) &&
      (!/["']/.test(raw) || raw.includes('@')),
    from,
    to: cursor.uses.length,
    chunk,
  });
}

/** Reads a list or a group of a pattern. Returns false when the word ends before the parenthesis. */
function readParentheses(reader: Reader, { role, before }: { role: Role; before: string }): boolean {
  if (/^[A-Za-z_]\w*\+?=$/.test(before)) readList(reader);
  else if (/[?*+@!]$/.test(before) && !(role === 'first' && before === '!')) readGroup(reader);
  else if (reader.interpreter === 'zsh' && role !== 'first') readGroup(reader);
  else return false;
  return true;
}

function readList(reader: Reader): void {
  const { cursor, documents } = reader;
  cursor.copy();
  for (;;) {
    documents.space();
    const char = cursor.at();
    if (char === ')') {
      cursor.copy();
      return;
    }
    if (endsWord(char) && !cursor.starts('<(') && !cursor.starts('>(')) {
      cursor.markUnreadable();
      return;
    }
    readWord(reader, 'item');
  }
}

/** Reads a group of a pattern, `@(a|b)`, in which no placeholder may stand. */
function readGroup(reader: Reader): void {
  const { cursor } = reader;
  const from = cursor.uses.length;
  cursor.copy();
  for (;;) {
    const char = cursor.at();
    if (char === '' || char === '\n') {
      cursor.markUnreadable();
      return;
    }
    if (char === ')') break;
    if (char === '(') readGroup(reader);
    else if (endsWord(char)) cursor.copy();
    else readWord(reader, 'one-word');
  }
  cursor.copy();
  cursor.report(from, cursor.uses.length, UNCERTAIN);
}

function readEscape({ cursor }: Reader): WordPart {
  const joined = cursor.at(1) === '\n';
  // A joined line is read as it is written only where the word, or the line, ends behind it.
  if (joined && !/[ \t\n;&|)\\]/.test(cursor.at(2) || ' ')) cursor.markUncertain();
  const escaped = cursor.copy(2).slice(1);
  return textPart(joined ? '' : escaped);
}

function readDollar(
  { cursor, expand, interpreter }: Reader,
  { role, before }: { role: Role; before: string },
): WordPart[] {
  const from = cursor.uses.length;
  const start = cursor.pos;
  expand('word');
  const taken = cursor.since(start);
  const given = cursor.usedPlaceholder(from);
  const ansi = taken.startsWith("$'");
  if (taken === '$') return [textPart(cursor.at() === '"' ? '' : '$')];
  if (ansi && !taken.includes('\\') && !given) return [textPart(taken.slice(2, -1))];
  // A command that is written with escapes is not read.
  if (ansi && role === 'first' && !isAssignment(before)) cursor.markUncertain();
  const splits = interpreter !== 'zsh' && role !== 'one-word' && !isAssignment(before);
  if (splits && !taken.startsWith('$(')) cursor.markSplitting(from);
  return [given ? PLACEHOLDER : EXPANSION];
}
