import type { Interpreter } from './judgement.ts';
import { FIRST, POSITIONAL } from './names.ts';
import { EVALUATED_VARIABLE, type Objection } from './objections.ts';

/** Variables whose values shells evaluate, or programs give to one, as a number or as source. */
const SPECIAL =
  'GIT_SSH_COMMAND GIT_EDITOR GIT_PAGER EDITOR VISUAL PAGER MANPAGER LESSOPEN LESSCLOSE RANDOM SRANDOM SECONDS OPTIND LINENO HISTCMD BASHPID EPOCHSECONDS COLUMNS LINES ' +
  'BASH_ENV ENV PS0 PS1 PS2 PS3 PS4 PROMPT PROMPT_COMMAND SHELLOPTS BASHOPTS';

/** Those that only zsh evaluates. */
const ZSH_SPECIAL =
  ' HISTSIZE SAVEHIST KEYTIMEOUT FUNCNEST UID GID EUID EGID LISTMAX TMOUT BAUD ERRNO MAILCHECK LOGCHECK DIRSTACKSIZE ' +
  'TTYIDLE PERIOD POSTEDIT PROMPT RPROMPT PROMPT2 PROMPT3 PROMPT4 prompt';

/** Placeholders, from one to another, and the variables that stand beside them. */
export type Input = { from: number; to: number; names: readonly string[] };

type Objected = { from: number; to: number; objection: Objection };

/** Where values go in a script: into variables, functions and input, and from there into what is evaluated. */
export class Flow {
  /** The variables whose values are evaluated; `@f` are the arguments of f, `&f` is what it prints, `a()` a declared list. */
  readonly evaluated: Set<string>;
  readonly functions = new Set<string>();
  /** The variables that input is read into. */
  readonly read = new Set<string>();
  /** Input of functions, and of the whole shell, whose readers are only known at the end. */
  readonly late: (Input & { command: string | undefined })[] = [];
  readonly calls: (Input & { command: string; first: boolean })[] = [];
  /** What is to be said of input, once a command that parses its input as shell source has been met; and how often. */
  reader: Objection | undefined;
  readers = 0;
  readonly #assigned: { name: string; from: number; to: number }[] = [];
  readonly #copies: { name: string; names: readonly string[] }[] = [];

  constructor(interpreter: Interpreter) {
    this.evaluated = new Set((interpreter === 'zsh' ? SPECIAL + ZSH_SPECIAL : SPECIAL).split(' '));
  }

  assigns(name: string, { from, to, names }: Input): void {
    this.#assigned.push({ name, from, to });
    this.copies(name, names);
  }

  /** A variable takes the values of others. */
  copies(name: string, names: readonly string[]): void {
    if (names.length > 0) this.#copies.push({ name, names });
  }

  /** Input that is read as source, or into variables. */
  give(input: Input, objection: Objection | undefined, names: Iterable<string>): Objected[] {
    if (objection?.severity === 'error') for (const name of input.names) this.evaluated.add(name);
    for (const name of names) this.assigns(name, input);
    return objection ? [{ ...input, objection }] : [];
  }

  /** What is to be said once the script is read to its end. */
  settle(): Objected[] {
    const objected = this.late.flatMap(({ command, ...input }) =>
      command === undefined || this.functions.has(command) ? this.give(input, this.reader, this.read) : [],
    );
    for (const { command, first, ...input } of this.calls) {
      if (!this.functions.has(command)) continue;
      this.assigns(POSITIONAL + command, input);
      if (first)
        this.assigns(FIRST + command, {
          ...input,
          names: input.names.map((name) => name.replace(POSITIONAL, FIRST)),
        });
    }
    this.#follow();
    for (const { name, from, to } of this.#assigned) {
      if (this.evaluated.has(name) || this.evaluated.has(''))
        objected.push({ from, to, objection: EVALUATED_VARIABLE });
    }
    return objected;
  }

  /** The variables that give their values, on whatever way, to one whose value is evaluated. */
  #follow(): void {
    for (let before = -1; before < this.evaluated.size;) {
      before = this.evaluated.size;
      for (const { name, names } of this.#copies) {
        if (this.evaluated.has(name)) for (const one of names) this.evaluated.add(one);
      }
    }
  }
}
