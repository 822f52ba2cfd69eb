/** Marks the position of a placeholder in the text of a word. */
export const PLACEHOLDER = '\u0001';
/** Marks the position of an expansion in the text of a word. Its text is only known at run time. */
export const EXPANSION = '\u0000';

const MARK = new RegExp(`[${PLACEHOLDER}${EXPANSION}]`);

/** A word of a command, with the parts that are known before the command runs. */
export type Word = {
  /** The word as it is written. */
  raw: string;
  /** The word without its quotes, with PLACEHOLDER and EXPANSION in place of placeholders and expansions. */
  text: string;
  /** The text; undefined when it contains an expansion. */
  value: string | undefined;
  /** The text before the first expansion. */
  prefix: string;
  /** The text after the last expansion. */
  tail: string;
  /** True when the word begins with a placeholder, so that the caller decides whether it is an option. */
  leading: boolean;
  /** True when the word holds a placeholder. */
  given: boolean;
  /** True when the word may expand to nothing. */
  vanishes: boolean;
  /** The range of the word in the list of uses. */
  from: number;
  to: number;
  /** The index of the first piece of output of the word. */
  chunk: number;
};

/** Returns a word with the members that follow from its text. */
export function makeWord(word: Omit<Word, 'value' | 'prefix' | 'tail' | 'leading'>): Word {
  const { text } = word;
  const [prefix = '', ...rest] = text.split(MARK);
  const tail = rest.at(-1) ?? prefix;
  const leading = prefix === '' && text.replaceAll(EXPANSION, '').startsWith(PLACEHOLDER);
  return { ...word, value: rest.length === 0 ? text : undefined, prefix, tail, leading };
}

/** Returns the last part of a path. In zsh, `=name` is the path of a program. */
export function basename(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1).replace(/^=/, '');
}
