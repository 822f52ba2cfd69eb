import type { ProgramCall } from './program.ts';
import type { Reason } from './reasons.ts';
import type { Reporter } from './reporter.ts';
import { EXPANSION, makeWord, PLACEHOLDER, textPart, type Word, type WordPart } from './word.ts';

const XARGS_VALUED = /^-[adEILnPsJ]$|^--(?:arg-file|delimiter|max-args|max-procs|max-lines|max-chars)$/;

/** A word of which nothing is known but that a caller gives it. */
const GIVEN = makeWord({
  raw: '',
  parts: [PLACEHOLDER],
  given: true,
  vanishes: false,
  from: 0,
  to: 0,
  chunk: 0,
});

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

/**
 * Checks xargs, and returns the reason for its input: the one that the command which it runs gives for the words that
 * come from there. `xargs -I{} sh -c 'echo "$1"' _ {}` has none, since `{}` is no code there.
 */
export function checkXargs({ words, reporter, check }: ProgramCall): Reason | undefined {
  const command = wrappedCommand(words, XARGS_VALUED);
  check(command);
  const replaced = replacedText(words.slice(0, words.length - command.length));
  const inputs = new Set<Word>();
  const given = (word: Word) => {
    inputs.add(word);
    return word;
  };
  const checked =
    replaced === undefined
      ? [...command, given({ ...GIVEN })]
      : command.map((word) => (word.raw.includes(replaced) ? given(replace(word, replaced)) : word));
  let reason: Reason | undefined;
  const observer: Reporter = {
    shell: undefined,
    texts: reporter.texts,
    report: (word, found) => {
      if (inputs.has(word)) reason ??= found;
    },
    evaluates: () => undefined,
    assigns: () => undefined,
    endOptions: () => undefined,
    uncertain: () => undefined,
  };
  if (command.length > 0) check(checked, observer);
  return reason;
}

/** Checks the commands after `find -exec`. */
export function checkFind({ words, check }: ProgramCall): undefined {
  for (const [index, { value }] of words.entries())
    if (/^-(?:exec|execdir|ok|okdir)$/.test(value ?? '')) check(words.slice(index + 1));
}

/** Returns the text that xargs replaces by its input; undefined when it appends its input. */
function replacedText(options: readonly Word[]): string | undefined {
  for (const [index, { value = '' }] of options.entries()) {
    if (/^-[a-zA-Z]*[IJ]$/.test(value)) return options[index + 1]?.value ?? '{}';
    const [, attached] = /^-[a-zA-Z]*?(?:[IJi])(.*)$|^--replace=?(.*)$/.exec(value) ?? [];
    if (attached !== undefined || /^--replace/.test(value)) return attached || '{}';
  }
  return undefined;
}

function replace(word: Word, text: string): Word {
  const parts = word.parts.flatMap((part): WordPart[] => {
    if (part.kind !== 'text') return [EXPANSION];
    return part.text.split(text).flatMap((piece, at) => [...(at > 0 ? [PLACEHOLDER] : []), textPart(piece)]);
  });
  return makeWord({ ...word, parts });
}
