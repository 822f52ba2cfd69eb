import { UNSURE } from './objections.ts';
import type { Reading } from './reading.ts';
import { Spelling } from './spelling.ts';

/** `'…'` (or `$'…'`): a placeholder ends the quote, stands between double quotes, and opens it again. */
export function readSingle({ cursor }: Pick<Reading, 'cursor'>, open: "'" | "$'" = "'"): string {
  let value = '';
  cursor.copy(open.length);
  for (;;) {
    const char = cursor.at();
    if (char === '') {
      cursor.lose();
      return value;
    }
    if (open !== "'" && char === '\\') {
      cursor.copy(2);
      continue;
    }
    if (char === "'") {
      cursor.copy();
      return value;
    }
    if (cursor.isHole(char)) {
      cursor.write("'", '"');
      cursor.hole('double');
      cursor.write('"', open);
    } else {
      value += cursor.copy();
    }
  }
}

/** `"…"`. */
export function readDouble({ cursor, expand }: Pick<Reading, 'cursor' | 'expand'>): Spelling {
  const spelling = new Spelling();
  cursor.copy();
  for (;;) {
    const char = cursor.at();
    if (char === '') {
      cursor.lose();
      return spelling;
    }
    if (char === '"') {
      cursor.copy();
      return spelling;
    }
    if (char === '\\') {
      const escaped = cursor.copy(2);
      spelling.text += /[$`"\\\n]/.test(escaped.slice(1)) ? escaped.slice(1).replace('\n', '') : escaped;
    } else if (char === '$') {
      const start = cursor.pos;
      expand('double');
      if (cursor.pos - start > 1) spelling.expands(false);
      else spelling.text += '$';
    } else if (char === '`') {
      expand('double');
      spelling.expands(false);
    } else if (cursor.isHole(char)) {
      cursor.hole('double');
      spelling.expands(false);
    } else {
      spelling.text += cursor.copy();
    }
  }
}

/** `$'…'`, which dash and some /bin/sh read as a dollar and a plain quote. */
export function readAnsi({ cursor, interpreter }: Pick<Reading, 'cursor' | 'interpreter'>): void {
  const from = cursor.uses.length;
  const certain = interpreter === 'bash' || interpreter === 'zsh';
  if (!certain && /\\'/.test(cursor.match(/\$'[^']*'/y))) cursor.unsure();
  if (interpreter === 'dash') {
    cursor.copy();
    return;
  }
  readSingle({ cursor }, "$'");
  if (!certain) cursor.object(from, cursor.uses.length, UNSURE);
}
