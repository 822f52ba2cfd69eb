import type { Reason } from './reasons.ts';
import type { Word } from './word.ts';

/** A row of the table: which words of a program, or its standard input, are code. */
export type Program = {
  /** The names of the program, separated by spaces. */
  names: string;
  /** The reason for placeholders in its code; absent for the source of a shell. */
  code?: Reason;
  /** Options whose value is code, also when the value is attached: `-c CODE`, `-cCODE`, `--command=CODE`. */
  options?: RegExp;
  /** Options with another value; `pairs` are options with two values. */
  valued?: RegExp;
  pairs?: RegExp;
  /** Words that are code: every one, the first operand (when no option held code), or all but the first operand. */
  words?: 'all' | 'first' | 'later';
  /** When the standard input is code: always, unless an operand names a file, or unless an option held the code. */
  input?: 'always' | 'unless-file' | 'unless-option';
  /** The program runs the command that follows this number of operands, or one that stands anywhere in its words. */
  runs?: number | 'anywhere';
  /** Set for a builtin, which only a shell can run: every shell, or only zsh. */
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
  /** Checks a command that consists of words of this one. Returns the reason for its standard input. */
  check: (words: readonly Word[], reporter?: Reporter) => Reason | undefined;
};

/** The shell that runs a script. */
export type Interpreter = 'sh' | 'bash' | 'zsh' | 'dash';

/** Receives the results of the checks of a command. Only the reader of a script has the optional members. */
export type Reporter = {
  /** The shell that runs the command; undefined when a process starts it without a shell. */
  shell: Interpreter | undefined;
  /** Returns the texts that a variable or a placeholder may have. An item is undefined for a text that is not known. */
  texts: (name: string) => readonly (string | undefined)[];
  /** Reports a reason about the placeholders and the variables in a word. */
  report: (word: Word, reason: Reason) => void;
  /** Called when the shell evaluates the value of a variable. */
  evaluates?: (name: string, reason: Reason) => void;
  /** Called when the command assigns a word to a variable. */
  assigns?: (name: string, word: Word) => void;
  /** Writes `--` before a word, so that a value with a leading dash is not an option. */
  endOptions?: (word: Word) => void;
  /** Called when the shell may read the source after this command differently. */
  uncertain?: () => void;
};

/** Reports a reason about the first word, and about the words that become the first when it expands to nothing. */
export function reportThrough(words: readonly Word[], reason: Reason, { report }: Reporter): void {
  const last = words.findIndex(({ vanishes }) => !vanishes);
  for (const word of words.slice(0, last === -1 ? undefined : last + 1)) report(word, reason);
}

/** Returns the command that a program runs: its words after the options and the `NAME=value` words. */
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
