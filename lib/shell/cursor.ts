import { UNSURE, type Objection } from './objections.ts';

/** How a placeholder is written into the source, by its place. */
export type Place =
  /** A word of its own or a part of one; nothing at all when the parameter is omitted. */
  | 'word'
  /** Where the grammar wants a word, even an empty one. */
  | 'one-word'
  /** Between double quotes, or in a here-document. */
  | 'double'
  /** Where quotes would be text: an arithmetic expression. */
  | 'bare';

/** A placeholder at the place where it stands, and what speaks against it there. */
export type Use = { hole: string; objections: Objection[] };

/** The placeholders of a text. */
export type Holes = {
  /** The characters that stand for placeholders, each one of a kind. */
  holes: ReadonlySet<string>;
  /** The text that takes a placeholder's place. */
  reference: (hole: string, place: Place) => string;
};

const HOLE_RANGE = /[\uE000-\uF8FF]/;
const BLANK = /(?:[ \t]|\\\n)+/y;

/** Goes through a text, writes it again with its placeholders replaced, and keeps what is objected to each of them. */
export class Cursor {
  /** All of the text that is read. */
  readonly script: string;
  /** The placeholders so far. */
  readonly uses: Use[] = [];
  readonly #holes: Holes;
  #text: string;
  #pos = 0;
  readonly #out: string[] = [];
  #broken = false;
  #unsureFrom = Infinity;

  constructor(text: string, holes: Holes) {
    this.script = text;
    this.#text = text;
    this.#holes = holes;
  }

  /** What is read at the moment: the script, or a part of it that is read as a text of its own. */
  get text(): string {
    return this.#text;
  }

  get pos(): number {
    return this.#pos;
  }

  at(offset = 0): string {
    return this.#text[this.#pos + offset] ?? '';
  }

  starts(text: string): boolean {
    return this.#text.startsWith(text, this.#pos);
  }

  /** What a sticky pattern matches here; empty when it does not. */
  match(pattern: RegExp, offset = 0): string {
    pattern.lastIndex = this.#pos + offset;
    return pattern.exec(this.#text)?.[0] ?? '';
  }

  /** The text that was read from there on. */
  since(start: number): string {
    return this.#text.slice(start, this.#pos);
  }

  isHole(char: string): boolean {
    return char >= '\uE000' && char <= '\uF8FF' && this.#holes.holes.has(char);
  }

  hasHole(text: string): boolean {
    return HOLE_RANGE.test(text) && text.split('').some((char) => this.isHole(char));
  }

  copy(length = 1): string {
    const text = this.#text.slice(this.#pos, this.#pos + length);
    this.#pos += length;
    if (this.hasHole(text)) {
      // A hole that no rule expected: it gets its reference, and an objection.
      for (const char of text) {
        if (this.isHole(char)) this.use(char, 'double', UNSURE);
        else this.#out.push(char);
      }
    } else {
      this.#out.push(text);
    }
    return text;
  }

  skip(length: number): void {
    this.#pos += length;
  }

  blanks(): void {
    const blanks = this.match(BLANK);
    if (blanks !== '') this.copy(blanks.length);
  }

  comment(): void {
    // What stands in a comment says nothing to the shell: the placeholder is dropped.
    const comment = this.match(/[^\n]*/y);
    this.#pos += comment.length;
    this.#out.push(Array.from(comment, (char) => (this.isHole(char) ? '' : char)).join(''));
  }

  /** Copies the character that must stand here. */
  close(char: string): boolean {
    if (this.at() === char) {
      this.copy();
      return true;
    }
    this.lose();
    return false;
  }

  /** The placeholder that stands here. */
  hole(place: Place): void {
    this.use(this.at(), place);
    this.#pos++;
  }

  /** Writes a placeholder. */
  use(hole: string, place: Place, objection?: Objection): void {
    const objections = objection ? [objection] : [];
    if (this.uses.length >= this.#unsureFrom) objections.push(UNSURE);
    this.uses.push({ hole, objections });
    this.#out.push(this.#holes.reference(hole, place));
  }

  object(from: number, to: number, objection: Objection): void {
    for (const use of this.uses.slice(from, to)) use.objections.push(objection);
  }

  /** Every placeholder from here on is objected to. */
  unsure(): void {
    this.#unsureFrom = Math.min(this.#unsureFrom, this.uses.length);
  }

  /** The thread is lost: every placeholder of the script is objected to, once it is read to its end. */
  lose(): void {
    this.#broken = true;
  }

  end(): void {
    if (this.#broken) this.object(0, this.uses.length, UNSURE);
  }

  /** Runs `read` on another text as if it stood here. */
  within(text: string, read: () => void): void {
    const [outer, pos] = [this.#text, this.#pos];
    [this.#text, this.#pos] = [text, 0];
    read();
    [this.#text, this.#pos] = [outer, pos];
  }

  /** The place in the output, for those that change afterwards what is written there. */
  get chunk(): number {
    return this.#out.length;
  }

  write(...texts: string[]): void {
    this.#out.push(...texts);
  }

  rewrite(chunk: number, change: (written: string) => string): void {
    this.#out[chunk] = change(this.#out[chunk] ?? '');
  }

  /** Takes back what was written from there on, for a text in its stead. */
  writeOver(chunk: number, text: string): void {
    this.#out.splice(chunk, Infinity, text);
  }

  source(): string {
    return this.#out.join('');
  }
}
