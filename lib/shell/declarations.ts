import type { Judgement, Objector } from './judgement.ts';
import { namesIn } from './names.ts';
import { EVALUATED, NAME } from './objections.ts';
import type { Word } from './word.ts';

/** Builtins that declare variables. */
export const DECLARES = new Set([
  'declare',
  'typeset',
  'local',
  'export',
  'readonly',
  'integer',
  'float',
  'nameref',
]);

/** What they assign, and whether the shell evaluates it. */
export function judgeDeclaration(
  name: string,
  rest: readonly Word[],
  judgement: Judgement,
  object: Objector,
): void {
  const flags = rest
    .filter(({ prefix }) => /^-[A-Za-z]/.test(prefix))
    .map(({ prefix }) => prefix)
    .join('');
  // Options that are only known when it runs may be the ones that evaluate.
  const evaluates =
    rest.some(({ vanishes }) => vanishes) ||
    !['local', 'typeset', 'declare', 'export', 'readonly'].includes(name) ||
    /[inEF]/.test(flags);
  for (const word of rest) {
    const assigned = /^([A-Za-z_]\w*)\+?=/.exec(word.prefix)?.[1];
    if (evaluates && !word.prefix.startsWith('-')) {
      judgement.evaluates.push(assigned ?? /^[A-Za-z_]\w*/.exec(word.value ?? '')?.[0] ?? '');
    }
    const listed = /^[A-Za-z_]\w*\+?=\(/.test(word.raw);
    if (assigned === undefined) object(word, NAME);
    else if (/[aA]/.test(flags) && !listed) object(word, EVALUATED);
    else
      judgement.assigns.push({ name: assigned, word }, ...(listed ? [] : [{ name: `${assigned}()`, word }]));
    if (evaluates && word.value === undefined) judgement.evaluates.push(...namesIn(word, false));
    if (/[aA]/.test(flags)) judgement.evaluates.push(`${assigned ?? word.value ?? ''}()`);
  }
}
