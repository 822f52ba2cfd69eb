import { objectionTo, type Judgement, type Objector } from './judgement.ts';
import { namesIn } from './names.ts';
import { ARITHMETIC, NAME, TEST } from './objections.ts';
import type { Word } from './word.ts';

const COMPARES = /^-(?:eq|ne|lt|le|gt|ge)$/;

/** Judges the words of `[[ … ]]`: what is compared as a number, and what is asked for by name, is evaluated. */
export function judgeConditional(words: readonly Word[]): Pick<Judgement, 'objections' | 'evaluates'> {
  const objections = objectionsTo(words);
  const compared = words.filter(
    (_, index) =>
      /^-(?:[vRt]|eq|ne|lt|le|gt|ge)$/.test(words[index - 1]?.value ?? '') ||
      COMPARES.test(words[index + 1]?.value ?? ''),
  );
  return { objections, evaluates: compared.flatMap((word) => namesIn(word, true)) };
}

/** `[ -v name ]` evaluates the name's subscript, and a caller's own value may be that -v. */
export function judgeTest(rest: readonly Word[], object: Objector): void {
  for (const [index, word] of rest.entries()) {
    const next = rest.slice(index + 1).find(({ vanishes, from, to }) => !vanishes || to > from);
    if (word.value === '-v' || word.value === '-R') object(next, NAME);
    const begins = index === 0 || /^(?:!|-a|-o|\()$/.test(rest[index - 1]?.value ?? '');
    if (word.leading && begins && next && next.to > next.from) {
      object(word, TEST);
      object(next, TEST);
    }
  }
}

function objectionsTo(words: readonly Word[]): Judgement['objections'] {
  return words.flatMap(({ value }, index) => {
    const [before, after] = [words[index - 1], words[index + 1]];
    if (value !== undefined && COMPARES.test(value)) {
      return [before, after].flatMap((word) => (word ? [objectionTo(word, ARITHMETIC)] : []));
    }
    return (value === '-v' || value === '-R' || value === '-t') && after ? [objectionTo(after, NAME)] : [];
  });
}
