import { plainReporter, type ProgramCall, type Reporter } from './program.ts';
import type { Reason } from './reasons.ts';
import { makeWord, PLACEHOLDER, type Word } from './word.ts';

const XARGS_VALUED = /^-[adEILnPsJ]$|^--(?:arg-file|delimiter|max-args|max-procs|max-lines|max-chars)$/;

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
  const given = (word: Pick<Word, 'raw'>, text: string): Word => {
    const made = makeWord({ vanishes: false, from: 0, to: 0, chunk: 0, ...word, text, given: true });
    inputs.add(made);
    return made;
  };
  const marked =
    replaced === undefined
      ? [...command, given({ raw: '' }, PLACEHOLDER)]
      : command.map((word) =>
          word.text.includes(replaced) ? given(word, word.text.replaceAll(replaced, PLACEHOLDER)) : word,
        );
  let reason: Reason | undefined;
  const report: Reporter['report'] = (word, found) => {
    if (inputs.has(word)) reason ??= found;
  };
  if (command.length > 0) check(marked, plainReporter({ texts: reporter.texts, report }));
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
