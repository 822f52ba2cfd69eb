import type { Word } from './word.ts';

/** The name that stands for all of `$1`, `$2` and so on. */
export const POSITIONAL = '@';
/** The one that stands for `$1` where it is a command, which the other arguments are not. */
export const FIRST = '!';
/** What stands before the name of a function for what it prints. */
export const OUTPUT = '&';

/** The variables whose values become a part of a word; in arithmetic also those that are only named. */
export function namesIn({ raw, value }: Pick<Word, 'raw' | 'value'>, arithmetic: boolean): string[] {
  if (value !== undefined && !arithmetic) return [];
  const substitution = raw.search(/[$<]\(|`/);
  const printed = substitution === -1 ? [] : outputsIn(raw.slice(substitution));
  if (arithmetic)
    return [
      ...(raw.match(/[A-Za-z_]\w*/g) ?? []),
      ...(/\$\{?[@*\d]/.test(raw) ? [POSITIONAL] : []),
      ...printed,
    ];
  const expanded = Array.from(raw.matchAll(/\$\{?[#!]?([A-Za-z_]\w*|[@*\d])/g), ([, name = '']) =>
    /^\W|^\d/.test(name) ? POSITIONAL : name,
  );
  return [...expanded, ...printed];
}

/** What the functions print that commands may run. */
export function outputsIn(commands: string): string[] {
  return (commands.match(/[A-Za-z_][\w-]*/g) ?? []).map((name) => OUTPUT + name);
}
