import { readCharacter } from './quotes.ts';
import type { HereDocument, Reader } from './reader.ts';

/** Reads the delimiter after `<<` or `<<-`. `strip` is true for `<<-`, which removes the tabs before each line. */
export function readDelimiter(reader: Reader, strip: boolean): HereDocument | undefined {
  const written = reader.match(/(?:'[^'\n]*'|"[^"\n\\]*"|\\[^\n]|[^ \t\n;&|<>()'"\\])+/y);
  const after = reader.at(written.length) || '\n';
  const plain = written !== '' && !reader.hasPlaceholder(written) && !/[`$]/.test(written);
  if (!plain || !/[ \t\n;&|<>()]/.test(after)) {
    reader.markUnreadable();
    return undefined;
  }
  const document: HereDocument = {
    delimiter: written.replace(/'([^']*)'|"([^"]*)"|\\(.)/g, '$1$2$3'),
    quoted: /['"\\]/.test(written),
    strip,
    chunk: reader.out.length,
    pipeline: reader.position.pipeline,
    reasons: [],
  };
  reader.copy(written.length);
  reader.documents.push(document);
  return document;
}

/** Reads the end of a line, and the bodies of the here-documents that follow it. */
export function readNewline(reader: Reader): void {
  reader.copy();
  for (const document of reader.documents.splice(0)) readBody(reader, document);
}

/** Reads blanks, newlines and comments. */
export function readSpace(reader: Reader): void {
  for (;;) {
    reader.blanks();
    if (reader.at() === '\n') readNewline(reader);
    else if (reader.at() === '#') reader.comment();
    else return;
  }
}

/** Runs `read` on commands that must contain the bodies of their here-documents. */
export function enclose(reader: Reader, read: () => void): void {
  const outer = reader.documents;
  reader.documents = [];
  read();
  if (reader.documents.length > 0) reader.markUnreadable();
  reader.documents = outer;
}

function readBody(reader: Reader, document: HereDocument): void {
  const { quoted, chunk, reasons } = document;
  const { body, line } = findBody(reader, document);
  const length = body.length + (line?.length ?? 0);
  const from = reader.uses.length;
  if (!reader.hasPlaceholder(body) && (quoted || !/[$`]/.test(body))) {
    reader.copy(length);
  } else if (quoted) {
    // With escapes, a here-document without a quoted delimiter has the same meaning.
    const delimiter = freeDelimiter(reader.text);
    reader.out[chunk] = delimiter;
    reader.write(body.replace(/[\\$`]/g, '\\$&') + (line === undefined ? '' : delimiter), 'double');
    reader.pos += length;
  } else {
    reader.within(body, () => {
      while (reader.at() !== '') readCharacter(reader, 'here', 'double');
    });
    reader.pos += body.length;
    reader.copy(line?.length ?? 0);
  }
  for (const reason of reasons) reader.report({ from }, reason);
  if (document.replacesInput) reader.replacedInput.push({ from, to: reader.uses.length });
}

/** Finds the body that begins at the cursor, and the line that ends it. `line` is undefined when there is none. */
function findBody(
  reader: Reader,
  { delimiter, quoted, strip }: HereDocument,
): { body: string; line: string | undefined } {
  const { text, pos } = reader;
  // The last lines, when each of them ends in a backslash.
  let joined = '';
  for (let end = pos; ;) {
    const newline = text.indexOf('\n', end);
    const line = text.slice(end, newline === -1 ? undefined : newline);
    if ((strip ? line.replace(/^\t+/, '') : line) === delimiter) {
      // A backslash joins a line with the next one, even when the next one is the delimiter.
      if (!quoted && joined !== '') reader.markUnreadable();
      return { body: text.slice(pos, end), line };
    }
    joined = /(?:^|[^\\])(?:\\\\)*\\$/.test(line) ? joined + line.slice(0, -1) : joined && joined + line;
    if (!quoted && joined.replaceAll('\t', '') === delimiter.replaceAll('\t', '')) reader.markUnreadable();
    if (!line.endsWith('\\')) joined = '';
    if (newline === -1) {
      reader.markUnreadable();
      return { body: text.slice(pos), line: undefined };
    }
    end = newline + 1;
  }
}

function freeDelimiter(text: string): string {
  let delimiter = 'GANTZ_END';
  while (text.includes(delimiter)) delimiter += '_';
  return delimiter;
}
