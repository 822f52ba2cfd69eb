import { readSubscript } from './arithmetic.ts';
import { readSubstitution } from './expansions.ts';
import { readSpace } from './here-documents.ts';
import { readDouble, readSingle } from './quotes.ts';
import type { Reader } from './reader.ts';
import { BRACE_RANGE, UNCERTAIN } from './reasons.ts';
import { isAssignment } from './variables.ts';
import { EXPANSION, makeWord, PLACEHOLDER, type Word } from './word.ts';

/** The role of a word: the first of a command, a later one, an item of a list, or a word that the grammar requires. */
type WordRole = 'first' | 'argument' | 'item' | 'one-word';

const WORD_ENDS = new Set(['', ' ', '\t', '\n', ';', '&', '|', '<', '>', '(', ')']);

/** Returns true when this character ends a word. */
export function endsWord(char: string): boolean {
  return WORD_ENDS.has(char);
}

/** Reads one word. */
export function readWord(reader: Reader, role: WordRole): Word {
  const [start, from, chunk] = [reader.pos, reader.uses.length, reader.out.length];
  reader.out.push('');
  let text = '';
  for (let part = readPart(reader, role, start); part !== undefined; part = readPart(reader, role, start))
    text += part;
  const raw = reader.since(start);
  const range = /\{[^{}\s]*\.\.[^{}\s]*\}/.exec(raw)?.[0] ?? '';
  if (reader.interpreter !== 'zsh' && reader.hasPlaceholder(range)) reader.report({ from }, BRACE_RANGE);
  if (raw === '') {
    // There is no word. The character is skipped, so that the reader cannot loop without end.
    reader.markUnreadable();
    reader.copy();
  }
  // A word without text and quotes may expand to nothing, unless it has a default or is a `one-word` placeholder.
  const empty = text !== '' && text.replaceAll(EXPANSION, '').replaceAll(PLACEHOLDER, '') === '';
  const stays =
    /^\$\{\w+:-[^}$`]+\}$/.test(raw) ||
    (!mayBeOmitted(role) && reader.hasPlaceholder(raw.replace(/[("'`{].*/s, ''))) ||
    (/["']/.test(raw) && !raw.includes('@'));
  const given = reader.usedPlaceholder(from);
  return makeWord({ raw, text, given, vanishes: empty && !stays, from, to: reader.uses.length, chunk });
}

/** Reads the next part of a word. Returns undefined at the end of the word. */
function readPart(reader: Reader, role: WordRole, start: number): string | undefined {
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
  // A pattern becomes names of files, and braces become several words, so the end of such a word is not known.
  const isPattern = reader.match(/[*?]|\[[^\s\]]+\]|\{(?=[^\s}])/y) !== '';
  const inBraces = (char === '{' && isPattern) || /(?<!\$)\{[^\s}]/.test(before);
  return (isPattern ? EXPANSION : '') + reader.copy() + (inBraces ? EXPANSION : '');
}

/** Returns false for the first word of a command: without it, the next word would be the command. */
function mayBeOmitted(role: WordRole): boolean {
  return role === 'argument' || role === 'item';
}

function readParentheses(reader: Reader, role: WordRole, before: string): boolean {
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

/** Reads a group of a pattern, `@(a|b)`. A placeholder in it is refused. */
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
  // The meaning of a joined line is only certain when the word or the line ends after it.
  if (joined && !/[ \t\n;&|)\\]/.test(reader.at(2) || ' ')) reader.markUncertain();
  const escaped = reader.copy(2).slice(1);
  return joined ? '' : escaped;
}

function readDollar(reader: Reader, role: WordRole, before: string): string {
  const [from, start] = [reader.uses.length, reader.pos];
  reader.grammar.readExpansion(reader, 'word');
  const taken = reader.since(start);
  const given = reader.usedPlaceholder(from);
  const ansi = taken.startsWith("$'");
  if (taken === '$') return reader.at() === '"' ? '' : '$';
  if (ansi && !taken.includes('\\') && !given) return taken.slice(2, -1);
  // Escapes in the name of a command are not decoded.
  if (ansi && role === 'first' && !isAssignment(before)) reader.markUncertain();
  const assigns = isAssignment(before) && (role !== 'argument' || reader.declares);
  const splits = reader.interpreter !== 'zsh' && role !== 'one-word' && !assigns;
  if (splits && !taken.startsWith('$(')) reader.reportUnquoted(from);
  return given ? PLACEHOLDER : EXPANSION;
}
