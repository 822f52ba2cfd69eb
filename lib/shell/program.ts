import type { Reason } from './reasons.ts';
import type { Word } from './word.ts';

/** A row of the table: which words of a program, or its standard input, are code. */
export type Program = {
  /** The names of the program, separated by spaces. */
  names: string;
  /** What is reported about placeholders in its code, when that is no source of a shell. */
  code?: Reason;
  /** Options whose value is code, also when the value is attached: `-c CODE`, `-cCODE`, `--command=CODE`. */
  options?: RegExp;
  /** Options whose value is something else, and those with two values. */
  valued?: RegExp;
  pairs?: RegExp;
  /** Words that are code: every one, the first operand (when no option held code), or all but the first operand. */
  words?: 'all' | 'first' | 'later';
  /** When the standard input is code: always, unless an operand names a file, or unless an option held the code. */
  input?: 'always' | 'unless-file' | 'unless-option';
  /** The program runs the command that follows this number of operands, or one that stands anywhere in its words. */
  runs?: number | 'anywhere';
  /** Set for a builtin of shells, which is no program by itself: of every shell, or of zsh alone. */
  builtin?: 'every' | 'zsh';
  /** Checks what the other fields cannot express, and returns the reason for the standard input. */
  check?: (call: ProgramCall) => Reason | undefined;
};

/** A program and the words after it. */
export type ProgramCall = {
  name: string;
  words: readonly Word[];
  /** False when the program was found among the words of another one, so that later words may not be its own. */
  certain: boolean;
  reporter: Reporter;
  /** Checks a command that words of this one make up, and returns the reason for its standard input. */
  check: (words: readonly Word[], reporter?: Reporter) => Reason | undefined;
};

/** The shell that runs a script. */
export type Interpreter = 'sh' | 'bash' | 'zsh' | 'dash';

/** What the checks of a command report to. Only the reader of a script needs what is optional. */
export type Reporter = {
  /** The shell that runs the command; undefined when a process starts it without a shell. */
  shell: Interpreter | undefined;
  /** Returns the texts that a variable or a placeholder may have; undefined stands for one that is not known. */
  texts: (name: string) => readonly (string | undefined)[];
  /** Reports a reason about the placeholders and the variables in a word. */
  report: (word: Word, reason: Reason) => void;
  /** Notes that the shell evaluates the value of a variable. */
  evaluates?: (name: string, reason: Reason) => void;
  /** Notes that the command assigns a word to a variable. */
  assigns?: (name: string, word: Word) => void;
  /** Writes `--` before a word, so that a value with a leading dash is no option. */
  endOptions?: (word: Word) => void;
  /** Notes that everything after this command may mean something else than it seems to. */
  uncertain?: () => void;
};

/** Reports a reason about the first of the words, and about those that take its place should it expand to nothing. */
export function reportThrough(words: readonly Word[], reason: Reason, { report }: Reporter): void {
  const last = words.findIndex(({ vanishes }) => !vanishes);
  for (const word of words.slice(0, last === -1 ? undefined : last + 1)) report(word, reason);
}

/** Returns the words from the program that another one runs: behind its options and `NAME=value` words. */
export function wrappedCommand(words: readonly Word[], valued: RegExp | undefined): readonly Word[] {
  let index = 0;
  for (let word = words[0]; word; word = words[++index]) {
    if (word.value === '--') return words.slice(index + 1);
    if (/^[A-Za-z_]\w*=/.test(word.prefix)) continue;
    if (!word.prefix.startsWith('-')) break;
    if (valued?.test(word.value ?? '')) index++;
  }
  return words.slice(index);
}
