/** What a word is once its quotes are removed, as far as that is known before it is expanded. */
export class Spelling {
  /** The characters that are known. */
  text = '';
  #prefix: string | undefined;
  #leading = false;
  // Where the text after the last expansion begins.
  #settled = 0;

  get known(): boolean {
    return this.#prefix === undefined;
  }

  /** The text before anything is expanded. */
  get prefix(): string {
    return this.#prefix ?? this.text;
  }

  /** The text after everything that is expanded. */
  get tail(): string {
    return this.text.slice(this.#settled);
  }

  /** Whether it begins with a placeholder. */
  get leading(): boolean {
    return this.#leading;
  }

  /** Something is expanded here: a placeholder, or another thing. */
  expands(hole: boolean): void {
    if (this.#prefix === undefined && this.text === '') this.#leading = hole;
    this.#prefix ??= this.text;
    this.settle();
  }

  /** What stands here is no text, though the text before it is still a part of its end. */
  blurs(): void {
    this.#prefix ??= this.text;
  }

  /** The end of the word begins here at the earliest. */
  settle(): void {
    this.#settled = this.text.length;
  }

  /** A part between double quotes; `hole` when there is a placeholder in it. */
  quotes(part: Spelling, hole: boolean): void {
    if (part.known) {
      this.text += part.text;
      return;
    }
    if (this.#prefix === undefined) {
      this.#leading = this.text === '' && part.prefix === '' && hole;
      this.#prefix = this.text + part.prefix;
    }
    this.settle();
    this.text += part.tail;
  }
}
