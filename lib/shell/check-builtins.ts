import type { ProgramCall, Reporter } from './program.ts';
import {
  ARITHMETIC,
  ECHO,
  EVALUATED,
  FORMAT,
  GRAMMAR_NAME,
  RECIPE,
  TEST_OPERATOR,
  VARIABLE_NAME,
} from './reasons.ts';
import { isList } from './variables.ts';
import type { Word } from './word.ts';

const COMPARES = /^-(?:eq|ne|lt|le|gt|ge)$/;

/** Checks a builtin that declares variables: what it assigns, and whether the shell evaluates that. */
export function checkDeclaration({ name, words, reporter }: ProgramCall): undefined {
  const flags = words
    .filter(({ prefix }) => /^-[A-Za-z]/.test(prefix))
    .map(({ prefix }) => prefix)
    .join('');
  // An option that is only known at run time may be the one that evaluates.
  const evaluates =
    words.some(({ vanishes }) => vanishes) ||
    !['local', 'typeset', 'declare', 'export', 'readonly'].includes(name) ||
    /[inEF]/.test(flags);
  const reason = flags.includes('n') ? VARIABLE_NAME : ARITHMETIC;
  for (const word of words) {
    const assigned = /^([A-Za-z_]\w*)\+?=/.exec(word.prefix)?.[1];
    const declared = assigned ?? /^[A-Za-z_]\w*/.exec(word.value ?? '')?.[0];
    if (evaluates && declared !== undefined) reporter.evaluates?.(declared, reason);
    if (evaluates && assigned !== undefined) reporter.report(word, reason);
    if (/[aA]/.test(flags) && declared !== undefined) reporter.evaluates?.(`${declared}()`, EVALUATED);
    if (assigned === undefined) reporter.report(word, VARIABLE_NAME);
    else if (isList(word.raw)) continue;
    else if (/[aA]/.test(flags)) reporter.report(word, EVALUATED);
    else {
      reporter.assigns?.(assigned, word);
      reporter.assigns?.(`${assigned}()`, word);
    }
  }
}

/** Checks the words of `[[ … ]]`: the shell evaluates what is compared as a number, and what is used as a name. */
export function checkConditional(words: readonly Word[], { report }: Reporter): void {
  for (const [index, word] of words.entries()) {
    const [before = '', after = ''] = [words[index - 1]?.value, words[index + 1]?.value];
    if (COMPARES.test(before) || COMPARES.test(after)) report(word, ARITHMETIC);
    if (/^-[vRt]$/.test(before)) report(word, VARIABLE_NAME);
  }
}

/** Checks `[ … ]`: `-v NAME` evaluates the subscript of the name, and a caller's value may be that `-v`. */
export function checkTest({ words, reporter: { report, shell } }: ProgramCall): undefined {
  if (shell === 'dash') return;
  for (const [index, word] of words.entries()) {
    const next = words.slice(index + 1).find(({ vanishes, given }) => !vanishes || given);
    if (!next) return;
    if (word.value === '-v' || word.value === '-R') report(next, VARIABLE_NAME);
    const begins = index === 0 || /^(?:!|-a|-o|\()$/.test(words[index - 1]?.value ?? '');
    if (word.leading && begins && next.given) {
      report(word, TEST_OPERATOR);
      report(next, TEST_OPERATOR);
    }
  }
}

/** Checks printf: its format, and the variable that it prints to. */
export function checkPrintf({ words, reporter }: ProgramCall): undefined {
  const { report } = reporter;
  const [first, second] = words;
  if (!first) return;
  const named = /^-v/.test(first.prefix);
  if (named) report(first, VARIABLE_NAME);
  if (first.value === '-v' && second) report(second, VARIABLE_NAME);
  const rest = words.slice(first.value === '-v' ? 2 : named ? 1 : 0);
  const format = rest[0]?.value === '--' ? rest[1] : rest[0];
  if (!named) checkEndOfOptions({ words: rest, reporter });
  if (format) report(format, FORMAT);
}

/** Writes `--` before the first word that may be an option without being meant as one. */
export function checkEndOfOptions({ words, reporter }: Pick<ProgramCall, 'words' | 'reporter'>): undefined {
  if (!words.some(({ given }) => given)) return;
  const first = words.findIndex(({ prefix }) => !prefix.startsWith('-'));
  if (first === -1 || words.slice(0, first).some(({ value }) => value === '--' || value === '-')) return;
  const word = words[first];
  if (word?.leading || word?.vanishes) reporter.endOptions?.(word);
}

/** Checks echo, which interprets backslashes in every shell but bash. */
export function checkEcho({ words, reporter: { report, shell } }: ProgramCall): undefined {
  if (shell !== 'bash') for (const word of words) report(word, ECHO);
}

/** Checks `make NAME=value`. */
export function checkMake({ words, reporter }: ProgramCall): undefined {
  for (const word of words) if (/^[A-Za-z_]\w*[:?+]?=/.test(word.prefix)) reporter.report(word, RECIPE);
}

/** Checks alias, and setopt of zsh: later words may then be other commands, or values patterns with commands. */
export function checkRenaming({ words, reporter }: ProgramCall): undefined {
  if (words.some(({ raw }) => /[=$]|(?:glob|prompt)_?subst/i.test(raw))) reporter.uncertain?.();
}

/** Checks `for NAME in …`. */
export function checkLoop({ words, reporter }: ProgramCall): undefined {
  const [name, ...list] = words;
  if (!name) return;
  reporter.report(name, GRAMMAR_NAME);
  for (const word of list) reporter.assigns?.(name.raw, word);
}

/** Checks what zsh evaluates as numbers in builtins that other shells have too. */
export function checkZsh({ name, words, reporter: { report } }: ProgramCall): void {
  const format = words.find(({ prefix }) => !prefix.startsWith('-'))?.value ?? '*%';
  const evaluates =
    name === 'printf'
      ? !/^(?:[^%]|%%|%-?\d*s|%q|%b)*$/.test(format)
      : name === 'print' && words.some(({ prefix }) => /^-[a-zA-Z]*[fxXuC]/.test(prefix));
  for (const [index, word] of words.entries()) {
    if (evaluates) report(word, ARITHMETIC);
    if (name === 'read') report(word, VARIABLE_NAME);
    if (/^(?:test|\[)$/.test(name) && words[index - 1]?.value === '-t') report(word, ARITHMETIC);
  }
}
