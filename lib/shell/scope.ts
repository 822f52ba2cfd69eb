import { FIRST, POSITIONAL, namesIn } from './names.ts';
import type { Objection } from './objections.ts';
import type { Word } from './word.ts';
import type { Cursor } from './cursor.ts';
import type { Flow, Input } from './flow.ts';

/** Says of which function the variables at the cursor are, and which of them the shell evaluates. */
export class Scope {
  /** The function whose body is read, and the one whose body is to come. */
  inside = '';
  defines: string | undefined;
  readonly #cursor: Cursor;
  readonly #flow: Flow;

  constructor({ cursor, flow }: { cursor: Cursor; flow: Flow }) {
    this.#cursor = cursor;
    this.#flow = flow;
  }

  /** Every function has arguments of its own. */
  scoped(name: string): string {
    return name === POSITIONAL || name === FIRST ? `${name}${this.inside}` : name;
  }

  input({ from, to, raw }: Pick<Word, 'from' | 'to' | 'raw'>): Input {
    const names = /[$`]|<\(/.test(raw) ? namesIn({ raw, value: undefined }, false) : [];
    return { from, to, names: names.map((name) => this.scoped(name)) };
  }

  evaluates(names: readonly string[]): void {
    for (const name of names) this.#flow.evaluated.add(this.scoped(name));
  }

  /** Text that is evaluated as an expression, in which a name needs no dollar. */
  evaluatesText(raw: string): void {
    this.evaluates(namesIn({ raw, value: undefined }, true));
  }

  /** Copies text that the shell evaluates, so that its placeholders are all objected to. */
  forbid(text: string, objection: Objection): void {
    this.evaluatesText(text);
    for (const char of text) {
      if (this.#cursor.isHole(char)) this.#cursor.use(char, 'bare', objection);
      else this.#cursor.write(char);
    }
    this.#cursor.skip(text.length);
  }

  /** From here on the source may be another one than it looks like, and evaluate any variable. */
  disguise(): void {
    this.#cursor.unsure();
    this.evaluates(['']);
  }

  /** Where a backslash and a newline stand inside of what belongs together, its parts are not what they look like. */
  glued(offset: number): void {
    if (this.#cursor.at(offset) === '\\' && this.#cursor.at(offset + 1) === '\n') this.disguise();
  }
}
