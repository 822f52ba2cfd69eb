import type { Reason } from './reasons.ts';
import type { Reporter } from './reporter.ts';
import type { Word } from './word.ts';

/** A row of the table: which words of a program, or its standard input, are code. */
export type Program = {
  /** The names of the program, separated by spaces. */
  names: string;
  /** What is reported about placeholders in its code. */
  code: Reason;
  /** Options whose value is code, also when the value is attached: `-c CODE`, `-cCODE`, `--command=CODE`. */
  options?: RegExp;
  /** Options whose value is something else; `pairs` have two values. */
  valued?: RegExp;
  pairs?: RegExp;
  /** Words that are code: every one, or the first (when no option held code), or all but the first operand. */
  words?: 'all' | 'first' | 'later';
  /** When the standard input is code: always, unless an operand names a file, or unless an option held the code. */
  input?: 'always' | 'unless-file' | 'unless-option';
  /** The program runs the command that follows this number of operands, or one that stands anywhere in its words. */
  runs?: number | 'anywhere';
  /** An option with which the program runs nothing. */
  unless?: RegExp;
  /** True for a builtin of shells, which is no program by itself. */
  builtin?: true;
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
