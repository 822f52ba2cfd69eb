import { UNCERTAIN, UNQUOTED, type Reason } from './reasons.ts';

/**
 * How a placeholder is written into the source:
 * - `word`: a word or a part of one. It is omitted with its parameter.
 * - `one-word`: always one word, which may be empty, because the grammar needs a word there.
 * - `double`: inside double quotes or a here-document.
 * - `bare`: without quotes, because the shell reads quotes as text there.
 */
export type Quoting = 'word' | 'one-word' | 'double' | 'bare';

/** One use of a placeholder or of a variable in the script, with the reasons that are reported for it. */
export type Use = {
  kind: 'placeholder' | 'variable';
  /** The private character of the placeholder, or the name of the variable. */
  name: string;
  /** The number of command substitutions that contain it. */
  depth: number;
  reasons: Reason[];
};

/** Describes the placeholders of a text. */
export type Placeholders = {
  /** The private characters of the placeholders. */
  placeholders: ReadonlySet<string>;
  /** Returns the text that takes a placeholder's place. */
  reference: (placeholder: string, quoting: Quoting) => string;
  /** The variables that hold a caller's value from the start. */
  watched: ReadonlySet<string>;
};

/** Reads a text once, copies it with references in place of its placeholders, and collects the reasons for each use. */
export class Cursor {
  /** The text that is being read: the script, or a part of it that is read separately. */
  text: string;
  pos = 0;
  /** The number of command substitutions that contain the cursor. */
  depth = 0;
  readonly uses: Use[] = [];
  /** The output, in pieces that may be changed later. */
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
    // No rule expects a placeholder here, so it is refused.
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

  /** Copies a comment without its placeholders, because the shell ignores comments. */
  comment(): void {
    const comment = this.match(/[^\n]*/y);
    this.pos += comment.length;
    this.out.push(Array.from(comment, (char) => (this.isPlaceholder(char) ? '' : char)).join(''));
  }

  /** Copies the next character when it is `char`. Otherwise marks the script as unreadable. */
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

  /** Records a use of each variable that an expression names. */
  useNames(expression: string, reason: Reason | undefined): void {
    for (const name of expression.match(/[A-Za-z_]\w*/g) ?? []) this.useVariable(name, reason);
  }

  /** Reports that the shell splits the variables used since `from` into words. */
  reportUnquoted(from: number): void {
    for (const { kind, depth, reasons } of this.uses.slice(from))
      if (kind === 'variable' && depth === this.depth) reasons.push(UNQUOTED);
  }

  /**
   * Reports a reason about the uses in a range. It skips variables inside a command substitution, whose output may be
   * another text, but not the variables that hold a caller's value from the start.
   */
  report({ from, to = this.uses.length }: { from: number; to?: number }, reason: Reason): void {
    for (const { kind, name, depth, reasons } of this.uses.slice(from, to))
      if (kind === 'placeholder' || depth === this.depth || this.#options.watched.has(name))
        reasons.push(reason);
  }

  /** Marks all later uses as uncertain, because the shell may read the rest of the source differently. */
  markUncertain(): void {
    this.#uncertainFrom = Math.min(this.#uncertainFrom, this.uses.length);
  }

  /** Marks all later uses as uncertain when a backslash and a newline are inside a construct. */
  checkJoinedLine(offset: number): void {
    if (this.at(offset) === '\\' && this.at(offset + 1) === '\n') this.markUncertain();
  }

  /** Marks the script as unreadable: every placeholder is then refused. */
  markUnreadable(): void {
    this.#readable = false;
  }

  end(): string {
    if (!this.#readable) this.report({ from: 0 }, UNCERTAIN);
    return this.out.join('');
  }

  /** Runs `read` with another text in place of the script. */
  within(text: string, read: () => void): void {
    const outer = [this.text, this.pos] as const;
    [this.text, this.pos] = [text, 0];
    read();
    [this.text, this.pos] = outer;
  }

  /** Writes a text with references in place of its placeholders. Does not move the cursor. */
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
