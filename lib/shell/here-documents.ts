import type { Cursor } from './cursor.ts';
import { readCharacter } from './quotes.ts';
import type { HereDocument, Pipeline, Reader } from './reader.ts';

type Parts = Pick<Reader, 'cursor' | 'expand' | 'documents'>;

/** Reads the delimiter after `<<` or, to `strip` the tabs of the lines, after `<<-`. */
export function readDelimiter(
  { cursor, documents }: Parts,
  strip: boolean,
  pipeline: Pipeline,
): HereDocument | undefined {
  const written = cursor.match(/(?:'[^'\n]*'|"[^"\n\\]*"|\\[^\n]|[^ \t\n;&|<>()'"\\])+/y);
  const after = cursor.at(written.length) || '\n';
  const plain = written !== '' && !cursor.hasPlaceholder(written) && !/[`$]/.test(written);
  if (!plain || !/[ \t\n;&|<>()]/.test(after)) {
    cursor.markUnreadable();
    return undefined;
  }
  const document: HereDocument = {
    delimiter: written.replace(/'([^']*)'|"([^"]*)"|\\(.)/g, '$1$2$3'),
    quoted: /['"\\]/.test(written),
    strip,
    chunk: cursor.out.length,
    pipeline,
    reasons: [],
  };
  cursor.copy(written.length);
  documents.push(document);
  return document;
}

/** Reads the end of a line, and the bodies of the here-documents that follow it. */
export function readNewline(parts: Parts): void {
  parts.cursor.copy();
  for (const document of parts.documents.splice(0)) readBody(parts, document);
}

/** Reads blanks, newlines and comments. */
export function readSpace(parts: Parts): void {
  const { cursor } = parts;
  for (;;) {
    cursor.blanks();
    if (cursor.at() === '\n') readNewline(parts);
    else if (cursor.at() === '#') cursor.comment();
    else return;
  }
}

/** Runs `read` on commands whose here-documents must have their bodies among them. */
export function enclose({ cursor, documents }: Parts, read: () => void): void {
  const outer = documents.splice(0);
  read();
  if (documents.length > 0) cursor.markUnreadable();
  documents.splice(0, Infinity, ...outer);
}

function readBody(parts: Parts, document: HereDocument): void {
  const { cursor } = parts;
  const { quoted, chunk, reasons } = document;
  const found = findBody(cursor, document);
  if (!found) {
    cursor.markUnreadable();
    cursor.copy(cursor.text.length - cursor.pos);
    return;
  }
  const { body, line } = found;
  const from = cursor.uses.length;
  if (!cursor.hasPlaceholder(body) && (quoted || !/[$`]/.test(body))) {
    cursor.copy(body.length + line.length);
  } else if (quoted) {
    writeUnquoted(cursor, body, chunk);
    cursor.pos += body.length + line.length;
  } else {
    cursor.within(body, () => {
      while (cursor.at() !== '') readCharacter(parts, 'here', 'double');
    });
    cursor.pos += body.length;
    cursor.copy(line.length);
  }
  for (const reason of reasons) cursor.report({ from }, reason);
}

/** Finds the body from here on, and the line that ends it. */
function findBody(
  cursor: Cursor,
  { delimiter, quoted, strip }: HereDocument,
): { body: string; line: string } | undefined {
  const { text, pos } = cursor;
  // Lines so far of which each goes on in the next one.
  let joined = '';
  for (let end = pos; ;) {
    const newline = text.indexOf('\n', end);
    const line = text.slice(end, newline === -1 ? undefined : newline);
    if ((strip ? line.replace(/^\t+/, '') : line) === delimiter) {
      // A line that ends in a backslash goes on in the next one, even in the one that would end the document.
      if (!quoted && joined !== '') cursor.markUnreadable();
      return { body: text.slice(pos, end), line };
    }
    joined = /(?:^|[^\\])(?:\\\\)*\\$/.test(line) ? joined + line.slice(0, -1) : joined && joined + line;
    if (!quoted && joined.replaceAll('\t', '') === delimiter.replaceAll('\t', '')) cursor.markUnreadable();
    if (!line.endsWith('\\')) joined = '';
    if (newline === -1) return undefined;
    end = newline + 1;
  }
}

/** Writes a document whose delimiter was quoted as one whose is not: escaped, so that it means the same. */
function writeUnquoted(cursor: Cursor, body: string, chunk: number): void {
  let delimiter = 'GANTZ_END';
  while (cursor.text.includes(delimiter)) delimiter += '_';
  cursor.out[chunk] = delimiter;
  cursor.write(body.replace(/[\\$`]/g, '\\$&') + delimiter);
}
