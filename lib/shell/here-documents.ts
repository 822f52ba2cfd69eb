import type { Cursor } from './cursor.ts';
import type { Pipeline } from './pipelines.ts';
import type { Reason } from './reasons.ts';

/** A here-document whose delimiter was read, and whose body comes after the end of the line. */
export type HereDocument = {
  delimiter: string;
  quoted: boolean;
  strip: boolean;
  /** The index of the output chunk that holds the delimiter as written. */
  chunk: number;
  pipeline: Pipeline;
  /** What is reported about placeholders in the body, because of the commands that read it. */
  reasons: Reason[];
};

type Parts = { cursor: Cursor; expand: (surroundings: 'here') => void };

/** The here-documents of a script, from their delimiters to their bodies. */
export class HereDocuments {
  readonly #parts: Parts;
  /** Those whose bodies are to come. */
  #pending: HereDocument[] = [];

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Reads the delimiter after `<<` or, to `strip` the tabs of the lines, after `<<-`. */
  delimiter(strip: boolean, pipeline: Pipeline): HereDocument | undefined {
    const { cursor } = this.#parts;
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
      chunk: cursor.chunk,
      pipeline,
      reasons: [],
    };
    cursor.copy(written.length);
    this.#pending.push(document);
    return document;
  }

  /** Reads the end of a line, and the bodies that follow it. */
  newline(): void {
    this.#parts.cursor.copy();
    const documents = this.#pending;
    this.#pending = [];
    for (const document of documents) this.#body(document);
  }

  /** Reads blanks, newlines and comments. */
  space(): void {
    const { cursor } = this.#parts;
    for (;;) {
      cursor.blanks();
      if (cursor.at() === '\n') this.newline();
      else if (cursor.at() === '#') cursor.comment();
      else return;
    }
  }

  /** Reports a reason about the bodies to come that commands of a pipeline read. */
  report(pipeline: Pipeline, reason: Reason): void {
    for (const document of this.#pending) if (document.pipeline === pipeline) document.reasons.push(reason);
  }

  /** Runs `read` on commands whose documents must have their bodies among them. */
  enclosed(read: () => void): void {
    const outer = this.#pending;
    this.#pending = [];
    read();
    if (this.#pending.length > 0) this.#parts.cursor.markUnreadable();
    this.#pending = outer;
  }

  #body(document: HereDocument): void {
    const { cursor } = this.#parts;
    const { quoted, chunk, reasons } = document;
    const found = this.#find(document);
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
      this.#unquoted(body, chunk);
      cursor.skip(body.length + line.length);
    } else {
      cursor.within(body, () => this.#expanding());
      cursor.skip(body.length);
      cursor.copy(line.length);
    }
    for (const reason of reasons) cursor.report(from, cursor.uses.length, reason);
  }

  /** Finds the body from here on, and the line that ends it. */
  #find({ delimiter, quoted, strip }: HereDocument): { body: string; line: string } | undefined {
    const { cursor } = this.#parts;
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
  #unquoted(body: string, chunk: number): void {
    const { cursor } = this.#parts;
    let delimiter = 'GANTZ_END';
    while (cursor.text.includes(delimiter)) delimiter += '_';
    cursor.rewrite(chunk, () => delimiter);
    for (const char of body) {
      if (cursor.isPlaceholder(char)) cursor.usePlaceholder(char, 'double');
      else cursor.write(/[\\$`]/.test(char) ? `\\${char}` : char);
    }
    cursor.write(delimiter);
  }

  #expanding(): void {
    const { cursor, expand } = this.#parts;
    while (cursor.at() !== '') {
      const char = cursor.at();
      if (char === '\\') cursor.copy(2);
      else if (char === '$' || char === '`') expand('here');
      else if (cursor.isPlaceholder(char)) cursor.placeholder('double');
      else cursor.copy();
    }
  }
}
