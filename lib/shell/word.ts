/** Stands for a placeholder in the text of a word. */
export const PLACEHOLDER = '\u0001';
/** Stands for an expansion, whose text is only known at run time, in the text of a word. */
export const EXPANSION = '\u0000';

const MARK = new RegExp(`[${PLACEHOLDER}${EXPANSION}]`);

/** A word of a command, as far as it is known before the command runs. */
export type Word = {
  /** The word as it is written. */
  raw: string;
  /** The word without its quotes, with PLACEHOLDER and EXPANSION where something is expanded. */
  text: string;
  /** The text; undefined when something in it is expanded. */
  value: string | undefined;
  /** The text before the first expansion. */
  prefix: string;
  /** The text after the last expansion. */
  tail: string;
  /** True when the word begins with a placeholder, so that the caller decides whether it is an option. */
  leading: boolean;
  /** True when the word holds a placeholder. */
  given: boolean;
  /** True when the word may expand to no word at all. */
  vanishes: boolean;
  /** The range of the word in the list of uses. */
  from: number;
  to: number;
  /** The index of the piece of output that the word begins with. */
  chunk: number;
};

/** Returns a word with what its text says about it. */
export function makeWord(word: Omit<Word, 'value' | 'prefix' | 'tail' | 'leading'>): Word {
  const { text } = word;
  const [prefix = '', ...rest] = text.split(MARK);
  const tail = rest.at(-1) ?? prefix;
  const leading = prefix === '' && text.replaceAll(EXPANSION, '').startsWith(PLACEHOLDER);
  return { ...word, value: rest.length === 0 ? text : undefined, prefix, tail, leading };
}

/** Returns the last step of a path. zsh writes `=name` for the path of a program. */
export function basename(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1).replace(/^=/, '');
}
