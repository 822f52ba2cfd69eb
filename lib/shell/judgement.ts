import { namesIn } from './names.ts';
import { ARITHMETIC, EVALUATED, PROGRAM, type Objection } from './objections.ts';
import type { Assigned, Word } from './word.ts';

/** The shell that runs a script. */
export type Interpreter = 'sh' | 'bash' | 'zsh' | 'dash';

/** What a command is judged by: the shell that runs it, and what the script assigns to variables. */
export type Context = { interpreter: Interpreter; assigned: Assigned };

/** What a command does with the placeholders of its words. */
export type Judgement = {
  objections: (Objection & { from: number; to: number })[];
  /** Variables whose values the shell evaluates from here on; '' when it cannot be said which. */
  evaluates: string[];
  /** Variables that the command assigns placeholders to. */
  assigns: { name: string; word: Word }[];
  /** Source that is known, and the words that are its arguments. */
  sources: { text: string; words: readonly Word[] }[];
  /** Whether later words may mean other commands than they name. */
  renames?: boolean;
  /** Variables that it reads its input into. */
  reads: string[];
  /** Words before which `--` must stand, or else a value with a leading dash would be an option that names a variable. */
  endOptionsBefore: Word[];
  /** What is to be said of placeholders in the input of the command. */
  input?: Objection;
};

/** Objects to a word, if there is one, for what becomes of it. */
export type Objector = (word: Word | undefined, objection: Objection) => void;

/** Gathers in a judgement what is objected to words, and what follows from it for the variables and commands in them. */
export function objectorOf(judgement: Judgement): Objector {
  return (word, objection) => {
    if (!word) return;
    if (word.to > word.from) judgement.objections.push(objectionTo(word, objection));
    if (objection.severity === 'error' && objection !== PROGRAM) {
      judgement.evaluates.push(...namesIn(word, objection === ARITHMETIC));
      if (objection === EVALUATED && word.value !== undefined)
        judgement.sources.push({ text: word.value, words: [] });
      // A command inside of it may pass on the input.
      if (objection === EVALUATED && word.value === undefined && /\$\(|`/.test(word.raw))
        judgement.input = EVALUATED;
    }
  };
}

/** An objection to the placeholders of a word. */
export function objectionTo(
  { from, to }: Word,
  objection: Objection,
): Objection & { from: number; to: number } {
  return { ...objection, from, to };
}

/** Objects to a word, and to the ones that stand in its place should it expand to nothing. */
export function objectThrough(
  words: readonly Word[],
  index: number,
  objection: Objection,
  object: Objector,
): void {
  for (const word of words.slice(index)) {
    object(word, objection);
    if (!word.vanishes) return;
  }
}
