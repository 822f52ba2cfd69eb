/** A piece of a word: text that is known, a placeholder, or an expansion whose text is only known at run time. */
export type WordPart = { kind: 'text'; text: string } | { kind: 'placeholder' } | { kind: 'expansion' };

/** A word of a command, as far as it is known before the command runs. */
export type Word = {
  /** The word as it is written. */
  raw: string;
  parts: readonly WordPart[];
  /** The word without its quotes; undefined when something in it is expanded. */
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
  /** The index of the output chunk that the word begins with. */
  chunk: number;
};

export const PLACEHOLDER: WordPart = { kind: 'placeholder' };
export const EXPANSION: WordPart = { kind: 'expansion' };

/** A piece of known text. */
export function textPart(text: string): WordPart {
  return { kind: 'text', text };
}

/** A word with what its parts say about it. */
export function makeWord(
  word: Pick<Word, 'raw' | 'parts' | 'given' | 'vanishes' | 'from' | 'to' | 'chunk'>,
): Word {
  const parts = mergeText(word.parts);
  const known = parts.every(({ kind }) => kind === 'text');
  const prefix = leadingText(parts);
  return {
    ...word,
    parts,
    value: known ? prefix : undefined,
    prefix,
    tail: known ? prefix : trailingText(parts),
    leading: beginsWithPlaceholder(parts),
  };
}

/** All text of a word that is known. */
export function knownText(parts: readonly WordPart[]): string {
  return parts.map((part) => (part.kind === 'text' ? part.text : ' ')).join('');
}

/** Returns the last step of a path. zsh writes `=name` for the path of a program. */
export function basename(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1).replace(/^=/, '');
}

function mergeText(parts: readonly WordPart[]): WordPart[] {
  const merged: WordPart[] = [];
  for (const part of parts) {
    const last = merged.at(-1);
    if (part.kind === 'text' && last?.kind === 'text') merged.splice(-1, 1, textPart(last.text + part.text));
    else merged.push(part);
  }
  return merged;
}

function leadingText(parts: readonly WordPart[]): string {
  const end = parts.findIndex(({ kind }) => kind !== 'text');
  return knownText(end === -1 ? parts : parts.slice(0, end));
}

function trailingText(parts: readonly WordPart[]): string {
  return knownText(parts.slice(parts.findLastIndex(({ kind }) => kind !== 'text') + 1));
}

function beginsWithPlaceholder(parts: readonly WordPart[]): boolean {
  for (const part of parts) {
    if (part.kind === 'placeholder') return true;
    if (part.kind === 'text' && part.text !== '') return false;
  }
  return false;
}
