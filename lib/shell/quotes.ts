import type { Quoting } from './cursor.ts';
import type { Reader, Surroundings } from './reader.ts';
import { UNCERTAIN } from './reasons.ts';
import { EXPANSION, PLACEHOLDER } from './word.ts';

/** Reads up to a closing character, and copies that. Returns the text that `read` returns. */
export function readTo(reader: Reader, end: string, read: (char: string) => string): string {
  let text = '';
  for (let char = reader.at(); char !== end && char !== ''; char = reader.at()) text += read(char);
  reader.close(end);
  return text;
}

/** Reads one character of text, a placeholder, or what a dollar or a backtick expands to. */
export function readCharacter(reader: Reader, surroundings: Surroundings, quoting: Quoting): string {
  const char = reader.at();
  if (char === '\\') {
    const escaped = reader.copy(2);
    return /[$`"\\\n]/.test(escaped.slice(1)) ? escaped.slice(1).replace('\n', '') : escaped;
  }
  if (char === '$' || char === '`') {
    const [start, from] = [reader.pos, reader.uses.length];
    reader.grammar.readExpansion(reader, surroundings);
    if (reader.since(start) === '$') return '$';
    return reader.usedPlaceholder(from) ? PLACEHOLDER : EXPANSION;
  }
  if (!reader.isPlaceholder(char)) return reader.copy();
  reader.placeholder(quoting);
  return PLACEHOLDER;
}

/** Reads `"…"`. */
export function readDouble(reader: Reader): string {
  reader.copy();
  return readTo(reader, '"', () => readCharacter(reader, 'double', 'double'));
}

/** Reads `'…'` or `$'…'`. A placeholder ends the quote, stands between double quotes, and opens it again. */
export function readSingle(reader: Reader, open: "'" | "$'" = "'"): string {
  reader.copy(open.length);
  return readTo(reader, "'", (char) => {
    if (open !== "'" && char === '\\') {
      reader.copy(2);
      return EXPANSION;
    }
    if (!reader.isPlaceholder(char)) return reader.copy();
    reader.out.push(`'"`);
    reader.placeholder('double');
    reader.out.push(`"${open}`);
    return PLACEHOLDER;
  });
}

/** Reads `$'…'`, which dash and some /bin/sh read as a dollar and a plain quote. */
export function readAnsiQuote(reader: Reader): void {
  const { interpreter } = reader;
  const from = reader.uses.length;
  const certain = interpreter === 'bash' || interpreter === 'zsh';
  if (!certain && /\\'/.test(reader.match(/\$'[^']*'/y))) reader.markUncertain();
  if (interpreter === 'dash') reader.copy();
  else readSingle(reader, "$'");
  if (!certain) reader.report({ from }, UNCERTAIN);
}
