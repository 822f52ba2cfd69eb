import type { Reader } from './reader.ts';
import { UNCERTAIN } from './reasons.ts';
import { EXPANSION, PLACEHOLDER, textPart, type WordPart } from './word.ts';

/** Reads `'…'` or `$'…'`. A placeholder ends the quote, stands between double quotes, and opens it again. */
export function readSingle({ cursor }: Pick<Reader, 'cursor'>, open: "'" | "$'" = "'"): WordPart[] {
  const parts: WordPart[] = [];
  cursor.copy(open.length);
  for (;;) {
    const char = cursor.at();
    if (char === '') {
      cursor.markUnreadable();
      return parts;
    }
    if (char === "'") {
      cursor.copy();
      return parts;
    }
    if (open !== "'" && char === '\\') {
      cursor.copy(2);
      parts.push(EXPANSION);
    } else if (cursor.isPlaceholder(char)) {
      cursor.write("'", '"');
      cursor.placeholder('double');
      cursor.write('"', open);
      parts.push(PLACEHOLDER);
    } else {
      parts.push(textPart(cursor.copy()));
    }
  }
}

/** Reads `"…"`. */
export function readDouble({ cursor, expand }: Pick<Reader, 'cursor' | 'expand'>): WordPart[] {
  const parts: WordPart[] = [];
  cursor.copy();
  for (;;) {
    const char = cursor.at();
    if (char === '') {
      cursor.markUnreadable();
      return parts;
    }
    if (char === '"') {
      cursor.copy();
      return parts;
    }
    if (char === '\\') {
      const escaped = cursor.copy(2);
      parts.push(textPart(/[$`"\\\n]/.test(escaped.slice(1)) ? escaped.slice(1).replace('\n', '') : escaped));
    } else if (char === '$' || char === '`') {
      const [start, from] = [cursor.pos, cursor.uses.length];
      expand('double');
      parts.push(
        cursor.pos - start === 1 ? textPart('$') : cursor.usedPlaceholder(from) ? PLACEHOLDER : EXPANSION,
      );
    } else if (cursor.isPlaceholder(char)) {
      cursor.placeholder('double');
      parts.push(PLACEHOLDER);
    } else {
      parts.push(textPart(cursor.copy()));
    }
  }
}

/** Reads `$'…'`, which dash and some /bin/sh read as a dollar and a plain quote. */
export function readAnsiQuote({ cursor, interpreter }: Pick<Reader, 'cursor' | 'interpreter'>): void {
  const from = cursor.uses.length;
  const certain = interpreter === 'bash' || interpreter === 'zsh';
  if (!certain && /\\'/.test(cursor.match(/\$'[^']*'/y))) cursor.markUncertain();
  if (interpreter === 'dash') {
    cursor.copy();
    return;
  }
  readSingle({ cursor }, "$'");
  if (!certain) cursor.report(from, cursor.uses.length, UNCERTAIN);
}
