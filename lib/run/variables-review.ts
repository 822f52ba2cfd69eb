import type { ProblemInText } from '../contract/manifest.ts';
import { REFERENCES, unknownReferences } from '../manifest/environment.ts';
import { literalsOf, parseTemplate } from './template.ts';

/** Reports every `${…}` in a text that is not a reference to a variable, which `expand` leaves as it is. */
export function reviewVariables(text: string, names: readonly string[]): ProblemInText[] {
  return literalsOf(parseTemplate(text, names).segments).flatMap((literal) =>
    unknownReferences(literal.text).map(({ offset, length }) => ({
      severity: 'warning' as const,
      message: `\`${literal.text.slice(offset, offset + length)}\` is not a reference to a variable, so it is kept as text`,
      hint: REFERENCES,
      text,
      offset: literal.offset + offset,
      length,
    })),
  );
}
