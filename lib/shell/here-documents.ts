import type { Cursor } from './cursor.ts';
import type { Input } from './flow.ts';
import type { Pipeline } from './pipelines.ts';
import type { Scope } from './scope.ts';

/** A here-document whose delimiter is read, and whose body comes after the end of the line. */
export type HereDocument = {
  delimiter: string;
  quoted: boolean;
  strip: boolean;
  /** The piece of output that holds the delimiter as written. */
  chunk: number;
  pipeline: Pipeline;
  /** The commands that read it. */
  readers: ((input: Input) => void)[];
};

type Parts = {
  cursor: Cursor;
  scope: Scope;
  /** Reads an expansion. */
  expand: (surroundings: 'here') => void;
};

/** The here-documents of a script, from their delimiters to their bodies. */
export class HereDocuments {
  readonly #parts: Parts;
  /** Those whose bodies are to come. */
  #pending: HereDocument[] = [];

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** The delimiter after `<<` or, to `strip` the tabs of its lines, after `<<-`. */
  delimiter(strip: boolean, pipeline: Pipeline): HereDocument | undefined {
    const { cursor } = this.#parts;
    const written = cursor.match(/(?:'[^'\n]*'|"[^"\n\\]*"|\\[^\n]|[^ \t\n;&|<>()'"\\])+/y);
    const after = cursor.at(written.length) || '\n';
    if (written === '' || cursor.hasHole(written) || /[`$]/.test(written) || !/[ \t\n;&|<>()]/.test(after)) {
      cursor.lose();
      return undefined;
    }
    const document: HereDocument = {
      delimiter: written.replace(/'([^']*)'|"([^"]*)"|\\(.)/g, '$1$2$3'),
      quoted: /['"\\]/.test(written),
      strip,
      chunk: cursor.chunk,
      pipeline,
      readers: [],
    };
    cursor.copy(written.length);
    this.#pending.push(document);
    return document;
  }

  /** The end of a line, and the bodies that follow it. */
  newline(): void {
    this.#parts.cursor.copy();
    const documents = this.#pending;
    this.#pending = [];
    for (const document of documents) this.#body(document);
  }

  /** Blanks, newlines and comments. */
  space(): void {
    const { cursor } = this.#parts;
    for (;;) {
      cursor.blanks();
      if (cursor.at() === '\n') this.newline();
      else if (cursor.at() === '#') cursor.comment();
      else return;
    }
  }

  /** Those that commands of a pipeline read, as far as their bodies are to come. */
  of(pipeline: Pipeline): HereDocument[] {
    return this.#pending.filter((document) => document.pipeline === pipeline);
  }

  /** Runs `read` on commands whose documents must have their bodies among them. */
  enclosed(read: () => void): void {
    const outer = this.#pending;
    this.#pending = [];
    read();
    if (this.#pending.length > 0) this.#parts.cursor.lose();
    this.#pending = outer;
  }

  #body(document: HereDocument): void {
    const { cursor, scope } = this.#parts;
    const { quoted, chunk, readers } = document;
    const found = this.#find(document);
    if (!found) {
      cursor.lose();
      cursor.copy(cursor.text.length - cursor.pos);
      return;
    }
    const { body, line } = found;
    const from = cursor.uses.length;
    if (!cursor.hasHole(body) && (quoted || !/[$`]/.test(body))) {
      cursor.copy(body.length + line.length);
    } else if (quoted) {
      this.#unquoted(body, chunk);
      cursor.skip(body.length + line.length);
    } else {
      cursor.within(body, () => this.#expanding());
      cursor.skip(body.length);
      cursor.copy(line.length);
    }
    for (const reader of readers)
      reader(scope.input({ from, to: cursor.uses.length, raw: quoted ? '' : body }));
  }

  /** The body from here on, and the line that ends it. */
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
        if (!quoted && joined !== '') cursor.lose();
        return { body: text.slice(pos, end), line };
      }
      joined = /(?:^|[^\\])(?:\\\\)*\\$/.test(line) ? joined + line.slice(0, -1) : joined && joined + line;
      if (!quoted && joined.replaceAll('\t', '') === delimiter.replaceAll('\t', '')) cursor.lose();
      if (!line.endsWith('\\')) joined = '';
      if (newline === -1) return undefined;
      end = newline + 1;
    }
  }

  /** A document whose delimiter was quoted, as one whose is not: the body escaped so that it means the same. */
  #unquoted(body: string, chunk: number): void {
    const { cursor } = this.#parts;
    let delimiter = 'GANTZ_END';
    while (cursor.text.includes(delimiter)) delimiter += '_';
    cursor.rewrite(chunk, () => delimiter);
    for (const char of body) {
      if (cursor.isHole(char)) cursor.use(char, 'double');
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
      else if (cursor.isHole(char)) cursor.hole('double');
      else cursor.copy();
    }
  }
}
