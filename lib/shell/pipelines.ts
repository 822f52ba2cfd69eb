import { OUTPUT, outputsIn } from './names.ts';
import type { Cursor } from './cursor.ts';
import type { Flow, Input } from './flow.ts';
import type { Scope } from './scope.ts';

/** Where a pipeline began: with which placeholder, and where in which text. */
export type Pipeline = { start: number; text: string; pos: number };

/** What commands end at: the parenthesis of a substitution or a subshell, `;;` or `esac`, or the end of the text. */
export type Ends = ')' | 'case' | 'text';

/** A compound command that is open, and the pipeline that it is a part of; `body` is a function's. */
type Compound = { pipeline: Pipeline; piped: boolean; inside: string; body?: Pipeline | undefined };
type Block = { ends: Ends; pipeline: Pipeline; piped: boolean; around: Compound[] };

/** Which pipeline the cursor is in, with all that is around it, and what comes through the pipe. */
export class Pipelines {
  /** How many times output was written to a command that parses its input. */
  outputs = 0;
  readonly #cursor: Cursor;
  readonly #scope: Scope;
  readonly #flow: Flow;
  #block: Block = { ends: 'text', pipeline: { start: 0, text: '', pos: 0 }, piped: false, around: [] };

  constructor({ cursor, scope, flow }: { cursor: Cursor; scope: Scope; flow: Flow }) {
    this.#cursor = cursor;
    this.#scope = scope;
    this.#flow = flow;
  }

  /** What the commands around the cursor end at. */
  get ends(): Ends {
    return this.#block.ends;
  }

  get current(): Pipeline {
    return this.#block.pipeline;
  }

  /** Whether there is a pipe before the command. */
  get piped(): boolean {
    return this.#block.piped;
  }

  /** Runs `read` on commands that are a part of the command around them, and read its input or what it has `written`. */
  within<Result>({ ends, written }: { ends: Ends; written: boolean }, read: () => Result): Result {
    const outer = this.#block;
    const { pipeline } = outer;
    const { inside } = this.#scope;
    this.#block =
      outer.piped || written
        ? { ends, pipeline, piped: true, around: [{ pipeline, piped: true, inside }] }
        : { ends, pipeline: this.#begin(), piped: false, around: [] };
    try {
      return read();
    } finally {
      this.#block = outer;
    }
  }

  /** After `|`. */
  pipe(): void {
    this.#block.piped = true;
  }

  /** Another command begins, which reads no more than the commands around it do. */
  next(): void {
    const block = this.#block;
    const around = block.around.at(-1);
    const inside = around?.piped ? around.pipeline : undefined;
    block.pipeline = inside ?? this.#begin();
    block.piped = inside !== undefined;
  }

  /** A compound command begins, perhaps the body of a function. */
  open(): void {
    const { around, pipeline, piped } = this.#block;
    const { inside, defines } = this.#scope;
    around.push({ pipeline, piped, inside, body: defines === undefined ? undefined : this.#begin() });
    this.#scope.inside = defines ?? inside;
    this.#scope.defines = undefined;
  }

  /** It ends. */
  leave(): void {
    const outer = this.#block.around.pop();
    if (!outer) return;
    this.#block.pipeline = outer.pipeline;
    this.#block.piped = outer.piped;
    if (outer.body) this.#prints(this.#scope.inside, outer.body);
    this.#scope.inside = outer.inside;
  }

  /** What comes through the pipeline up to here. */
  input(to: number, { start, text, pos }: Pipeline = this.current): Input {
    const written = text === this.#cursor.text ? this.#cursor.since(pos) : '';
    const input = this.#scope.input({ from: start, to, raw: written });
    return { ...input, names: [...input.names, ...outputsIn(written)] };
  }

  /** What a function may print: whatever its body holds. */
  #prints(name: string, body: Pipeline): void {
    this.#flow.assigns(OUTPUT + name, this.input(this.#cursor.uses.length, body));
  }

  #begin(): Pipeline {
    return { start: this.#cursor.uses.length, text: this.#cursor.text, pos: this.#cursor.pos };
  }
}
