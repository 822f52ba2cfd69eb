import { checkCommand } from './check-command.ts';
import type { Use } from './cursor.ts';
import { evaluatedIn, type ScriptOptions, type ScriptReading } from './read-script.ts';
import { EVALUATED } from './reasons.ts';
import { makeWord, PLACEHOLDER, textPart, type Word } from './word.ts';

/**
 * Checks a program and its arguments, which a process starts without a shell, against the table. Each placeholder is
 * one private character.
 */
export function checkArguments(
  texts: readonly string[],
  { placeholders, texts: textsOf, watched }: Pick<ScriptOptions, 'placeholders' | 'texts' | 'watched'>,
): Omit<ScriptReading, 'source'> {
  const uses: Use[] = [];
  const evaluated = new Set<string>();
  const words = texts.map((text): Word => {
    const from = uses.length;
    const parts = Array.from(text, (char) => {
      if (!placeholders.has(char)) return textPart(char);
      uses.push({ kind: 'placeholder', name: char, depth: 0, splits: false, reasons: [] });
      return PLACEHOLDER;
    });
    const given = uses.length > from;
    const vanishes = given && uses.length - from === parts.length;
    return makeWord({ raw: text, parts, given, vanishes, from, to: uses.length, chunk: 0 });
  });
  const input = checkCommand(words, {
    shell: undefined,
    texts: (name) => (placeholders.has(name) ? textsOf(name) : []),
    report: ({ from, to, value }, reason) => {
      for (const { reasons } of uses.slice(from, to)) reasons.push(reason);
      if (reason === EVALUATED && value !== undefined)
        for (const name of evaluatedIn(value, watched)) evaluated.add(name);
    },
    evaluates: () => undefined,
    assigns: () => undefined,
    endOptions: () => undefined,
    uncertain: () => undefined,
  });
  const variables = [...evaluated].map((name) => ({ name, reasons: [EVALUATED], splits: false }));
  return { placeholders: uses, variables, input };
}
