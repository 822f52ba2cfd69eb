import type { Cursor } from './cursor.ts';

/** A pipeline: the index of its first use. */
export type Pipeline = { start: number };

/** What a list of commands ends with: a closing parenthesis, `;;` or `esac`, or the end of the text. */
export type CommandsEnd = ')' | 'case' | 'text';

type Position = { pipeline: Pipeline; piped: boolean };
type Block = Position & { ends: CommandsEnd; around: Position[] };

/** Which pipeline the cursor is in, and whether the command at the cursor reads from a pipe. */
export class Pipelines {
  readonly #cursor: Cursor;
  #block: Block;

  constructor(cursor: Cursor) {
    this.#cursor = cursor;
    this.#block = { ends: 'text', pipeline: this.#begin(), piped: false, around: [] };
  }

  /** What the commands around the cursor end with. */
  get ends(): CommandsEnd {
    return this.#block.ends;
  }

  get current(): Pipeline {
    return this.#block.pipeline;
  }

  /** True when the command at the cursor, or a compound command around it, reads from a pipe. */
  get piped(): boolean {
    return this.#block.piped;
  }

  /** Runs `read` on commands inside of a command: they read its input or, when `written`, what it writes. */
  within<Result>({ ends, written }: { ends: CommandsEnd; written: boolean }, read: () => Result): Result {
    const outer = this.#block;
    const position = { pipeline: outer.pipeline, piped: true };
    this.#block =
      outer.piped || written
        ? { ends, ...position, around: [position] }
        : { ends, pipeline: this.#begin(), piped: false, around: [] };
    try {
      return read();
    } finally {
      this.#block = outer;
    }
  }

  /** Notes that `|` was read. */
  pipe(): void {
    this.#block.piped = true;
  }

  /** Notes that another pipeline begins. Inside of a compound command that reads from a pipe it does so too. */
  next(): void {
    const around = this.#block.around.at(-1);
    this.#block.piped = around?.piped ?? false;
    this.#block.pipeline = around?.piped ? around.pipeline : this.#begin();
  }

  /** Notes that a compound command begins. */
  open(): void {
    const { around, pipeline, piped } = this.#block;
    around.push({ pipeline, piped });
  }

  /** Notes that a compound command ends. */
  leave(): void {
    Object.assign(this.#block, this.#block.around.pop());
  }

  #begin(): Pipeline {
    return { start: this.#cursor.uses.length };
  }
}
