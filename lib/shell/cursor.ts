import { UNCERTAIN, type Reason } from './reasons.ts';

/** How a placeholder is written into the source, depending on its position. */
export type Quoting =
  /** A word, or a part of one. It becomes nothing at all when the parameter is omitted. */
  | 'word'
  /** Where the grammar needs a word, even an empty one. */
  | 'one-word'
  /** Between double quotes, or in a here-document. */
  | 'double'
  /** Where quotes would be text, such as in an arithmetic expression. */
  | 'bare';

/** The position of an expansion: shells read quotes in it accordingly. */
export type Surroundings = 'word' | 'double' | 'here';

/** One use of a placeholder or of a variable in the script, and what is reported about it there. */
export type Use = {
  kind: 'placeholder' | 'variable';
  /** The character that stands for the placeholder, or the name of the variable. */
  name: string;
  /** How many command substitutions are around it. */
  depth: number;
  /** True when the shell splits the value of the variable into words. */
  splits: boolean;
  reasons: Reason[];
};

/** What the cursor needs to know about the placeholders of a text. */
export type Placeholders = {
  /** The characters that stand for placeholders, one for each. */
  placeholders: ReadonlySet<string>;
  /** Returns the text that takes a placeholder's place. */
  reference: (placeholder: string, quoting: Quoting) => string;
  /** The variables that hold a caller's value from the start. */
  watched: ReadonlySet<string>;
};

const PRIVATE_USE = /[\uE000-\uF8FF]/;
const BLANK = /(?:[ \t]|\\\n)+/y;
const NAMES = /[A-Za-z_]\w*/g;

/** Goes through a text, writes it again with its placeholders replaced, and keeps what is reported about each use. */
export class Cursor {
  readonly uses: Use[] = [];
  /** How many command substitutions are around the cursor. */
  depth = 0;
  readonly #options: Placeholders;
  #text: string;
  #pos = 0;
  readonly #out: string[] = [];
  #readable = true;
  #uncertainFrom = Infinity;

  constructor(text: string, options: Placeholders) {
    this.#text = text;
    this.#options = options;
  }

  /** The text that is being read: the script, or a part of it that is read as a text of its own. */
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

  /** Returns what a sticky pattern matches here, or '' when it does not match. */
  match(pattern: RegExp, offset = 0): string {
    pattern.lastIndex = this.#pos + offset;
    return pattern.exec(this.#text)?.[0] ?? '';
  }

  /** Returns the text between a position and the cursor. */
  since(start: number): string {
    return this.#text.slice(start, this.#pos);
  }

  isPlaceholder(char: string): boolean {
    return char >= '\uE000' && char <= '\uF8FF' && this.#options.placeholders.has(char);
  }

  hasPlaceholder(text: string): boolean {
    return PRIVATE_USE.test(text) && text.split('').some((char) => this.isPlaceholder(char));
  }

  /** Returns true when a placeholder was used since then. */
  usedPlaceholder(from: number): boolean {
    return this.uses.slice(from).some(({ kind }) => kind === 'placeholder');
  }

  copy(length = 1): string {
    const text = this.#text.slice(this.#pos, this.#pos + length);
    this.#pos += length;
    if (!this.hasPlaceholder(text)) {
      this.#out.push(text);
      return text;
    }
    // No rule expected a placeholder here: it is replaced, and refused.
    for (const char of text) {
      if (this.isPlaceholder(char)) this.usePlaceholder(char, 'double', UNCERTAIN);
      else this.#out.push(char);
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

  /** Copies a comment without its placeholders, which mean nothing to the shell there. */
  comment(): void {
    const comment = this.match(/[^\n]*/y);
    this.#pos += comment.length;
    this.#out.push(Array.from(comment, (char) => (this.isPlaceholder(char) ? '' : char)).join(''));
  }

  /** Copies the character that must stand here. Returns false when another one does. */
  close(char: string): boolean {
    if (this.at() === char) {
      this.copy();
      return true;
    }
    this.markUnreadable();
    return false;
  }

  /** Replaces the placeholder at the cursor. */
  placeholder(quoting: Quoting): void {
    this.usePlaceholder(this.at(), quoting);
    this.#pos++;
  }

  /** Writes the reference of a placeholder, without moving. */
  usePlaceholder(name: string, quoting: Quoting, reason?: Reason): void {
    this.#use('placeholder', name, reason);
    this.#out.push(this.#options.reference(name, quoting));
  }

  /** Notes that the script uses a variable. */
  useVariable(name: string, reason?: Reason): void {
    this.#use('variable', name, reason);
  }

  /** Notes the variables that the text of an expression names. */
  useNames(expression: string, reason: Reason): void {
    for (const name of expression.match(NAMES) ?? []) this.useVariable(name, reason);
  }

  /**
   * Reports a reason about the uses in a range. A variable inside of a command substitution is left out, since its
   * value is not what the substitution prints; one that holds a caller's value from the start is not.
   */
  report(from: number, to: number, reason: Reason): void {
    for (const { kind, name, depth, reasons } of this.uses.slice(from, to))
      if (kind === 'placeholder' || depth === this.depth || this.#options.watched.has(name))
        reasons.push(reason);
  }

  /** Marks the variables since then as split into words by the shell. */
  markSplitting(from: number): void {
    for (const use of this.uses.slice(from)) use.splits ||= use.depth === this.depth;
  }

  /** Copies text in which every placeholder and every name is reported. */
  copyReported(text: string, reason: Reason): void {
    this.useNames(text, reason);
    for (const char of text) {
      if (this.isPlaceholder(char)) this.usePlaceholder(char, 'bare', reason);
      else this.write(char);
    }
    this.skip(text.length);
  }

  /** Marks everything from here on as uncertain: the source may mean something else than it seems to. */
  markUncertain(): void {
    this.#uncertainFrom = Math.min(this.#uncertainFrom, this.uses.length);
  }

  /** Marks the script as uncertain from here on when a joined line stands inside of what belongs together. */
  checkJoinedLine(offset: number): void {
    if (this.at(offset) === '\\' && this.at(offset + 1) === '\n') this.markUncertain();
  }

  /** Marks the whole script as unreadable: all of its placeholders are refused. */
  markUnreadable(): void {
    this.#readable = false;
  }

  /** Ends the reading. */
  end(): void {
    if (!this.#readable) this.report(0, this.uses.length, UNCERTAIN);
  }

  /** Runs `read` on another text as if it stood here. */
  within(text: string, read: () => void): void {
    const [outer, pos] = [this.#text, this.#pos];
    [this.#text, this.#pos] = [text, 0];
    read();
    [this.#text, this.#pos] = [outer, pos];
  }

  /** The index of the next piece of output, for those that change what is written there. */
  get chunk(): number {
    return this.#out.length;
  }

  write(...texts: string[]): void {
    this.#out.push(...texts);
  }

  rewrite(chunk: number, change: (written: string) => string): void {
    this.#out[chunk] = change(this.#out[chunk] ?? '');
  }

  /** Replaces all output from a piece on. */
  writeOver(chunk: number, text: string): void {
    this.#out.splice(chunk, Infinity, text);
  }

  source(): string {
    return this.#out.join('');
  }

  #use(kind: Use['kind'], name: string, reason: Reason | undefined): void {
    const reasons = reason ? [reason] : [];
    if (this.uses.length >= this.#uncertainFrom) reasons.push(UNCERTAIN);
    this.uses.push({ kind, name, depth: this.depth, splits: false, reasons });
  }
}
