import type { Cursor, Quoting } from './cursor.ts';
import type { Reader, Surroundings } from './reader.ts';
import { UNCERTAIN } from './reasons.ts';
import { EXPANSION, PLACEHOLDER } from './word.ts';

/** Reads up to a closing character, and copies that. Returns the text that `read` returns. */
export function readTo(cursor: Cursor, end: string, read: (char: string) => string): string {
  let text = '';
  for (let char = cursor.at(); char !== end; char = cursor.at()) {
    if (char === '') {
      cursor.markUnreadable();
      return text;
    }
    text += read(char);
  }
  cursor.copy();
  return text;
}

/** Reads one character of text, a placeholder, or what a dollar or a backtick expands to. */
export function readCharacter(
  { cursor, expand }: Pick<Reader, 'cursor' | 'expand'>,
  surroundings: Surroundings,
  quoting: Quoting,
): string {
  const char = cursor.at();
  if (char === '\\') {
    const escaped = cursor.copy(2);
    return /[$`"\\\n]/.test(escaped.slice(1)) ? escaped.slice(1).replace('\n', '') : escaped;
  }
  if (char === '$' || char === '`') {
    const [start, from] = [cursor.pos, cursor.uses.length];
    expand(surroundings);
    if (cursor.since(start) === '$') return '$';
    return cursor.usedPlaceholder(from) ? PLACEHOLDER : EXPANSION;
  }
  if (!cursor.isPlaceholder(char)) return cursor.copy();
  cursor.placeholder(quoting);
  return PLACEHOLDER;
}

/** Reads `"…"`. */
export function readDouble(reader: Pick<Reader, 'cursor' | 'expand'>): string {
  reader.cursor.copy();
  return readTo(reader.cursor, '"', () => readCharacter(reader, 'double', 'double'));
}

/** Reads `'…'` or `$'…'`. A placeholder ends the quote, stands between double quotes, and opens it again. */
export function readSingle({ cursor }: Pick<Reader, 'cursor'>, open: "'" | "$'" = "'"): string {
  cursor.copy(open.length);
  return readTo(cursor, "'", (char) => {
    if (open !== "'" && char === '\\') {
      cursor.copy(2);
      return EXPANSION;
    }
    if (!cursor.isPlaceholder(char)) return cursor.copy();
    cursor.out.push(`'"`);
    cursor.placeholder('double');
    cursor.out.push(`"${open}`);
    return PLACEHOLDER;
  });
}

/** Reads `$'…'`, which dash and some /bin/sh read as a dollar and a plain quote. */
export function readAnsiQuote({ cursor, interpreter }: Pick<Reader, 'cursor' | 'interpreter'>): void {
  const from = cursor.uses.length;
  const certain = interpreter === 'bash' || interpreter === 'zsh';
  if (!certain && /\\'/.test(cursor.match(/\$'[^']*'/y))) cursor.markUncertain();
  if (interpreter === 'dash') cursor.copy();
  else readSingle({ cursor }, "$'");
  if (!certain) cursor.report({ from }, UNCERTAIN);
}
