import { UNCERTAIN, UNQUOTED, type Reason } from './reasons.ts';

/**
 * How a placeholder is written into the source: as a `word` or a part of one, which is nothing when the parameter is
 * omitted; as `one-word` where the grammar needs a word, even an empty one; between `double` quotes or in a
 * here-document; `bare` where quotes would be text.
 */
export type Quoting = 'word' | 'one-word' | 'double' | 'bare';

/** One use of a placeholder or of a variable in the script, and what is reported about it there. */
export type Use = {
  kind: 'placeholder' | 'variable';
  /** The character that stands for the placeholder, or the name of the variable. */
  name: string;
  /** How many command substitutions are around it. */
  depth: number;
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

/** Goes through a text, writes it again with its placeholders replaced, and keeps what is reported about each use. */
export class Cursor {
  /** The text that is being read: the script, or a part of it that is read as a text of its own. */
  text: string;
  pos = 0;
  /** How many command substitutions are around the cursor. */
  depth = 0;
  readonly uses: Use[] = [];
  /** What is written, in pieces that may be changed afterwards. */
  readonly out: string[] = [];
  readonly #options: Placeholders;
  #readable = true;
  #uncertainFrom = Infinity;

  constructor(text: string, options: Placeholders) {
    this.text = text;
    this.#options = options;
  }

  at(offset = 0): string {
    return this.text[this.pos + offset] ?? '';
  }

  /** Returns what a sticky pattern matches here, or '' when it does not match. */
  match(pattern: RegExp, offset = 0): string {
    pattern.lastIndex = this.pos + offset;
    return pattern.exec(this.text)?.[0] ?? '';
  }

  since(start: number): string {
    return this.text.slice(start, this.pos);
  }

  isPlaceholder(char: string): boolean {
    return this.#options.placeholders.has(char);
  }

  hasPlaceholder(text: string): boolean {
    return Array.from(text).some((char) => this.isPlaceholder(char));
  }

  usedPlaceholder(from: number): boolean {
    return this.uses.slice(from).some(({ kind }) => kind === 'placeholder');
  }

  copy(length = 1): string {
    const text = this.text.slice(this.pos, this.pos + length);
    this.pos += length;
    if (!this.hasPlaceholder(text)) this.out.push(text);
    // No rule expected a placeholder here: it is replaced, and refused.
    else this.write(text, 'double', UNCERTAIN);
    return text;
  }

  copyMatch(pattern: RegExp): string {
    const { length } = this.match(pattern);
    return length === 0 ? '' : this.copy(length);
  }

  /** Copies text in which every placeholder and every name is reported. */
  copyReported(text: string, reason: Reason): void {
    this.useNames(text, reason);
    this.write(text, 'bare', reason);
    this.pos += text.length;
  }

  blanks(): void {
    this.copyMatch(/(?:[ \t]|\\\n)*/y);
  }

  /** Copies a comment without its placeholders, which mean nothing to the shell there. */
  comment(): void {
    const comment = this.match(/[^\n]*/y);
    this.pos += comment.length;
    this.out.push(Array.from(comment, (char) => (this.isPlaceholder(char) ? '' : char)).join(''));
  }

  /** Copies the character that must stand here. */
  close(char: string): void {
    if (this.at() === char && char !== '') this.copy();
    else this.markUnreadable();
  }

  placeholder(quoting: Quoting): void {
    this.#replace(this.at(), quoting);
    this.pos++;
  }

  useVariable(name: string, reason?: Reason): void {
    this.#use('variable', name, reason);
  }

  /** Notes the variables that the text of an expression names. */
  useNames(expression: string, reason: Reason | undefined): void {
    for (const name of expression.match(/[A-Za-z_]\w*/g) ?? []) this.useVariable(name, reason);
  }

  /** Reports the variables since then, which the shell splits into words. */
  reportUnquoted(from: number): void {
    for (const { kind, depth, reasons } of this.uses.slice(from))
      if (kind === 'variable' && depth === this.depth) reasons.push(UNQUOTED);
  }

  /**
   * Reports a reason about the uses in a range. A variable inside of a command substitution is left out, since its
   * value is not what the substitution prints; one that holds a caller's value from the start is not.
   */
  report({ from, to = this.uses.length }: { from: number; to?: number }, reason: Reason): void {
    for (const { kind, name, depth, reasons } of this.uses.slice(from, to))
      if (kind === 'placeholder' || depth === this.depth || this.#options.watched.has(name))
        reasons.push(reason);
  }

  /** Marks everything from here on as uncertain: the source may mean something else than it seems to. */
  markUncertain(): void {
    this.#uncertainFrom = Math.min(this.#uncertainFrom, this.uses.length);
  }

  /** Marks the script as uncertain from here on when a joined line stands inside of what belongs together. */
  checkJoinedLine(offset: number): void {
    if (this.at(offset) === '\\' && this.at(offset + 1) === '\n') this.markUncertain();
  }

  /** Refuses every placeholder of the script, which cannot be read. */
  markUnreadable(): void {
    this.#readable = false;
  }

  end(): string {
    if (!this.#readable) this.report({ from: 0 }, UNCERTAIN);
    return this.out.join('');
  }

  /** Runs `read` on another text as if it stood here. */
  within(text: string, read: () => void): void {
    const outer = [this.text, this.pos] as const;
    [this.text, this.pos] = [text, 0];
    read();
    [this.text, this.pos] = outer;
  }

  /** Writes text, with its placeholders replaced, without moving. */
  write(text: string, quoting: Quoting, reason?: Reason): void {
    for (const char of text) {
      if (this.isPlaceholder(char)) this.#replace(char, quoting, reason);
      else this.out.push(char);
    }
  }

  #replace(name: string, quoting: Quoting, reason?: Reason): void {
    this.#use('placeholder', name, reason);
    this.out.push(this.#options.reference(name, quoting));
  }

  #use(kind: Use['kind'], name: string, reason: Reason | undefined): void {
    const reasons = reason ? [reason] : [];
    if (this.uses.length >= this.#uncertainFrom) reasons.push(UNCERTAIN);
    this.uses.push({ kind, name, depth: this.depth, reasons });
  }
}
