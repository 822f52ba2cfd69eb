import { readSubscript } from './arithmetic.ts';
import { readSubstitution } from './expansions.ts';
import { readSpace } from './here-documents.ts';
import { readDouble, readSingle } from './quotes.ts';
import type { Reader } from './reader.ts';
import { BRACE_RANGE, UNCERTAIN } from './reasons.ts';
import { isAssignment } from './variables.ts';
import { EXPANSION, makeWord, PLACEHOLDER, type Word } from './word.ts';

/** What a word is: the first one of a command, a later one, an item of a list, or one that the grammar requires. */
type Role = 'first' | 'argument' | 'item' | 'one-word';

const WORD_ENDS = new Set(['', ' ', '\t', '\n', ';', '&', '|', '<', '>', '(', ')']);

/** Returns true when no word goes on with this character. */
export function endsWord(char: string): boolean {
  return WORD_ENDS.has(char);
}

/** Reads one word. */
export function readWord(reader: Reader, role: Role): Word {
  const [start, from, chunk] = [reader.pos, reader.uses.length, reader.out.length];
  reader.out.push('');
  let text = '';
  for (let part = readPart(reader, role, start); part !== undefined; part = readPart(reader, role, start))
    text += part;
  const raw = reader.since(start);
  const range = /\{[^{}\s]*\.\.[^{}\s]*\}/.exec(raw)?.[0] ?? '';
  if (reader.interpreter !== 'zsh' && reader.hasPlaceholder(range)) reader.report({ from }, BRACE_RANGE);
  if (raw === '') {
    // No word was read where one must be: step over the character rather than stand still.
    reader.markUnreadable();
    reader.copy();
  }
  // Without text and without quotes, a word may expand to none. A default, or a placeholder that is one word, stays.
  const empty = text !== '' && text.replaceAll(EXPANSION, '').replaceAll(PLACEHOLDER, '') === '';
  const stays =
    /^\$\{\w+:-[^}$`]+\}$/.test(raw) ||
    (!mayBeOmitted(role) && reader.hasPlaceholder(raw.replace(/[("'`{].*/s, ''))) ||
    (/["']/.test(raw) && !raw.includes('@'));
  const given = reader.usedPlaceholder(from);
  return makeWord({ raw, text, given, vanishes: empty && !stays, from, to: reader.uses.length, chunk });
}

/** Reads the next part of a word. Returns undefined where the word ends. */
function readPart(reader: Reader, role: Role, start: number): string | undefined {
  const char = reader.at();
  const before = reader.since(start);
  if ((char === '<' || char === '>') && reader.at(1) === '(') {
    reader.copy(2);
    readSubstitution(reader, char === '>');
    return EXPANSION;
  }
  if (char === '(' && before !== '') return readParentheses(reader, role, before) ? EXPANSION : undefined;
  if (endsWord(char)) return undefined;
  if (reader.isPlaceholder(char)) {
    reader.placeholder(mayBeOmitted(role) ? 'word' : 'one-word');
    return PLACEHOLDER;
  }
  if (char === "'") return readSingle(reader);
  if (char === '"') return readDouble(reader);
  if (char === '\\') return readEscape(reader);
  if (char === '$') return readDollar(reader, role, before);
  if (char === '`') {
    reader.grammar.readExpansion(reader, 'word');
    return EXPANSION;
  }
  if (char === '[' && role !== 'one-word' && readSubscript(reader, role, before)) return EXPANSION;
  // A pattern stands for names of files, and braces for several words: nothing is known of the end of such a word.
  const isPattern = reader.match(/[*?]|\[[^\s\]]+\]|\{(?=[^\s}])/y) !== '';
  const inBraces = (char === '{' && isPattern) || /(?<!\$)\{[^\s}]/.test(before);
  return (isPattern ? EXPANSION : '') + reader.copy() + (inBraces ? EXPANSION : '');
}

/** The first word of a command must not vanish, or the next one would be the command. */
function mayBeOmitted(role: Role): boolean {
  return role === 'argument' || role === 'item';
}

function readParentheses(reader: Reader, role: Role, before: string): boolean {
  if (/^[A-Za-z_]\w*\+?=$/.test(before)) readList(reader);
  else if (/[?*+@!]$/.test(before) && !(role === 'first' && before === '!')) readGroup(reader);
  else if (reader.interpreter === 'zsh' && role !== 'first') readGroup(reader);
  else return false;
  return true;
}

function readList(reader: Reader): void {
  reader.copy();
  readSpace(reader);
  while (!endsWord(reader.at()) || reader.match(/[<>]\(/y) !== '') {
    readWord(reader, 'item');
    readSpace(reader);
  }
  reader.close(')');
}

/** Reads a group of a pattern, `@(a|b)`, in which no placeholder may stand. */
function readGroup(reader: Reader): void {
  const from = reader.uses.length;
  reader.copy();
  while (!/^[)\n]?$/.test(reader.at())) {
    if (reader.at() === '(') readGroup(reader);
    else if (endsWord(reader.at())) reader.copy();
    else readWord(reader, 'one-word');
  }
  reader.close(')');
  reader.report({ from }, UNCERTAIN);
}

function readEscape(reader: Reader): string {
  const joined = reader.at(1) === '\n';
  // A joined line is read as it is written only where the word, or the line, ends behind it.
  if (joined && !/[ \t\n;&|)\\]/.test(reader.at(2) || ' ')) reader.markUncertain();
  const escaped = reader.copy(2).slice(1);
  return joined ? '' : escaped;
}

function readDollar(reader: Reader, role: Role, before: string): string {
  const [from, start] = [reader.uses.length, reader.pos];
  reader.grammar.readExpansion(reader, 'word');
  const taken = reader.since(start);
  const given = reader.usedPlaceholder(from);
  const ansi = taken.startsWith("$'");
  if (taken === '$') return reader.at() === '"' ? '' : '$';
  if (ansi && !taken.includes('\\') && !given) return taken.slice(2, -1);
  // A command that is written with escapes is not read.
  if (ansi && role === 'first' && !isAssignment(before)) reader.markUncertain();
  const assigns = isAssignment(before) && (role !== 'argument' || reader.declares);
  const splits = reader.interpreter !== 'zsh' && role !== 'one-word' && !assigns;
  if (splits && !taken.startsWith('$(')) reader.reportUnquoted(from);
  return given ? PLACEHOLDER : EXPANSION;
}
