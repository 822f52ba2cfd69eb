import { checkZsh } from './check-builtins.ts';
import { isCodeOption, isInputFile, isShell } from './check-shell.ts';
import { reportThrough, wrappedCommand, type Program, type ProgramCall, type Reporter } from './program.ts';
import { programsOf } from './programs-of.ts';
import { EVALUATED, PROGRAM, UNKNOWN_PROGRAM, type Reason } from './reasons.ts';
import { PROGRAMS } from './table.ts';
import { basename, type Word } from './word.ts';

/**
 * Checks the words of one command against the table and reports the reasons. Returns the reason for placeholders in
 * its standard input when the command parses its standard input as code.
 */
export function checkCommand(words: readonly Word[], reporter: Reporter, certain = true): Reason | undefined {
  const [command, ...rest] = words;
  if (!command) return undefined;
  reportThrough(words, PROGRAM, reporter);
  let input = command.vanishes ? checkCommand(rest, reporter) : undefined;
  for (const name of programsOf(command, { texts: reporter.texts, known: PROGRAMS.keys() })) {
    const check: ProgramCall['check'] = (inner, other = reporter) => checkCommand(inner, other, certain);
    const found =
      name === undefined
        ? checkUnknown(rest, reporter)
        : checkProgram({ name, words: rest, certain, reporter, check });
    input = stronger(input, found);
  }
  return input;
}

/** Checks a command that may be a shell or `eval`: an argument, or the standard input, may be its source. */
function checkUnknown(words: readonly Word[], { shell, report }: Reporter): Reason | undefined {
  // A process that starts without a shell has a known program when it is called.
  if (!shell) return undefined;
  const option = words.findIndex(isCodeOption);
  if (option !== -1) for (const word of words.slice(option)) report(word, UNKNOWN_PROGRAM);
  const operand = words.find(({ prefix }) => !prefix.startsWith('-'));
  if (operand) report(operand, UNKNOWN_PROGRAM);
  return operand ? undefined : UNKNOWN_PROGRAM;
}

function checkProgram(call: ProgramCall): Reason | undefined {
  const { name, reporter, words } = call;
  if (reporter.shell === 'zsh') checkZsh(call);
  const row = rowOf(name);
  const foreign = row?.builtin === 'zsh' ? reporter.shell !== 'zsh' : row?.builtin && !reporter.shell;
  const own = foreign ? undefined : row?.check?.(call);
  if (row && !foreign && typeof row.runs === 'number')
    return stronger(own, checkWrapper(row, row.runs, call));
  const read = row && !foreign ? checkWords(row, call) : undefined;
  const launches = row?.runs === 'anywhere';
  const later = row?.builtin && !foreign ? undefined : checkLaterPrograms(words, reporter, launches);
  return stronger(own, stronger(read, later));
}

function rowOf(name: string): Program | undefined {
  return PROGRAMS.get(/^python3\.\d+$/.test(name) ? 'python3' : name);
}

/** Checks the words of a program with the fields of its row. */
function checkWords(row: Program, { words, reporter }: ProgramCall): Reason | undefined {
  const { report } = reporter;
  const { code = EVALUATED } = row;
  const operands: Word[] = [];
  const source = row.code && words.find((_, index) => /^-f$|^--file$/.test(words[index - 1]?.value ?? ''));
  let coded = false;
  for (let index = 0; index < words.length; index++) {
    const word = words[index];
    if (!word) break;
    const { value = '', prefix } = word;
    if (word.value !== undefined && row.options?.test(value)) {
      coded = true;
      reportThrough(words.slice(++index), code, reporter);
    } else if (row.options?.test(attachedOption(word))) {
      coded = true;
      report(word, code);
    } else if (row.pairs?.test(value)) index += 2;
    else if (row.valued?.test(value)) index++;
    else if (row.words === 'all') report(word, code);
    // An empty word is the suffix of `sed -i ''`, not source.
    else if (row.words === 'first' && word.value === '') continue;
    else if (!prefix.startsWith('-') || value === '-') operands.push(word);
  }
  for (const [index, word] of operands.entries())
    if (row.words === 'later' ? index > 0 : row.words === 'first' && index === 0 && !coded)
      report(word, code);
  const file = source ?? operands[0];
  if ((source || row.input === 'unless-file') && file?.raw.startsWith('<(')) report(file, code);
  if (source && isInputFile(source)) return code;
  if (row.words === 'later') coded ||= operands.length > 1;
  const reads = row.input === 'always' || (row.input !== undefined && !coded);
  return reads && !(row.input === 'unless-file' && file && !isInputFile(file)) ? code : undefined;
}

/** Returns the option of a word that may also contain its value: `-e` of `-eCODE`, `--eval` of `--eval=CODE`. */
function attachedOption({ prefix }: Word): string {
  const long = /^(--?[\w-]+)=/.exec(prefix)?.[1];
  return long ?? (/^-[A-Za-z]/.test(prefix) ? prefix.slice(0, 2) : '');
}

/** Checks a program that runs the command behind its options and `skip` operands: `sudo -i` a shell, `flock FILE -c` code. */
function checkWrapper(
  row: Program,
  skip: number,
  { words, reporter, check }: ProgramCall,
): Reason | undefined {
  const command = wrappedCommand(words, row.valued);
  const options = words.slice(0, words.length - command.length + skip + 1);
  if (!command[0] && words.some(({ prefix }) => /^-\w*[si]$|^--(?:shell|login)$/.test(prefix)))
    return EVALUATED;
  const split = row.options ? options.findIndex(({ prefix }) => row.options?.test(prefix)) : -1;
  if (split === -1) return check(command.slice(skip));
  for (const word of words.slice(split)) reporter.report(word, EVALUATED);
  return undefined;
}

/**
 * Checks the programs among the words of another program. A launcher such as docker may run each of them. For any other
 * program, a word counts as a program only when its code option is the next word: `PROGRAM sh -c CODE`.
 */
function checkLaterPrograms(
  words: readonly Word[],
  reporter: Reporter,
  launches: boolean,
): Reason | undefined {
  let input: Reason | undefined;
  for (const [index, { value }] of words.entries()) {
    const name = basename(value ?? '');
    const row = rowOf(name);
    const next = words[index + 1];
    if (!row || row.builtin || row.runs !== undefined) continue;
    const option = isShell(name)
      ? next && isCodeOption(next)
      : row.options?.test(next?.value ?? '') || (next && row.options?.test(attachedOption(next)));
    if (!launches && !option) continue;
    const found = checkCommand(words.slice(index), reporter, false);
    if (launches) input = stronger(input, found);
  }
  return input;
}

/** Returns the more severe reason; the first one when both are equally severe. */
function stronger(one: Reason | undefined, other: Reason | undefined): Reason | undefined {
  return other?.severity === 'error' ? other : (one ?? other);
}
