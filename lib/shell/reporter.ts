import type { Texts } from './programs-of.ts';
import type { Reason } from './reasons.ts';
import type { Word } from './word.ts';

/** The shell that runs a script. */
export type Interpreter = 'sh' | 'bash' | 'zsh' | 'dash';

/** What the checks of a command report to. */
export type Reporter = {
  /** The shell that runs the command; undefined when a process starts it without a shell. */
  shell: Interpreter | undefined;
  texts: Texts;
  /** Reports a reason about the placeholders and the variables in a word. */
  report: (word: Word, reason: Reason) => void;
  /** Notes that the shell evaluates the value of a variable. */
  evaluates: (name: string, reason: Reason) => void;
  /** Notes that the command assigns a word to a variable. */
  assigns: (name: string, word: Word) => void;
  /** Writes `--` before a word, so that a value with a leading dash is no option. */
  endOptions: (word: Word) => void;
  /** Notes that everything after this command may mean something else than it seems to. */
  uncertain: () => void;
};

/** Reports a reason about the first of the words, and about those that take its place should it expand to nothing. */
export function reportThrough(words: readonly Word[], reason: Reason, { report }: Reporter): void {
  for (const word of words) {
    report(word, reason);
    if (!word.vanishes) return;
  }
}

/** Returns the reason that weighs more. */
export function stronger(one: Reason | undefined, other: Reason | undefined): Reason | undefined {
  return other?.severity === 'error' ? other : (one ?? other);
}
