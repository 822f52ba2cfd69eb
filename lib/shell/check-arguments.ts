import { checkCommand } from './check-command.ts';
import type { Use } from './cursor.ts';
import { evaluatedIn, resultOf, type ScriptOptions, type ScriptReading } from './read-script.ts';
import { EVALUATED } from './reasons.ts';
import { makeWord, PLACEHOLDER } from './word.ts';

/**
 * Checks a program and its arguments, which a process starts without a shell, against the table. Each placeholder is
 * one private character.
 */
export function checkArguments(
  texts: readonly string[],
  { placeholders, texts: textsOf, watched }: Pick<ScriptOptions, 'placeholders' | 'texts' | 'watched'>,
): Omit<ScriptReading, 'source'> {
  const uses: Use[] = [];
  const words = texts.map((raw) => {
    const from = uses.length;
    for (const name of raw)
      if (placeholders.has(name)) uses.push({ kind: 'placeholder', name, depth: 0, reasons: [] });
    const text = Array.from(raw, (char) => (placeholders.has(char) ? PLACEHOLDER : char)).join('');
    const given = uses.length > from;
    const vanishes = given && uses.length - from === text.length;
    return makeWord({ raw, text, given, vanishes, from, to: uses.length, chunk: 0 });
  });
  const input = checkCommand(words, {
    shell: undefined,
    texts: (name) => (placeholders.has(name) ? textsOf(name) : []),
    report: ({ from, to, value }, reason) => {
      for (const { reasons } of uses.slice(from, to)) reasons.push(reason);
      if (reason === EVALUATED && value !== undefined)
        for (const name of evaluatedIn(value, watched))
          uses.push({ kind: 'variable', name, depth: 0, reasons: [EVALUATED] });
    },
  });
  return { ...resultOf(uses, watched), input };
}
