import { reportThrough, wrappedCommand, type ProgramCall, type Reporter } from './program.ts';
import { EVALUATED, OPTION, REMOTE, SCRIPT_FILE, type Reason } from './reasons.ts';
import { basename, makeWord, PLACEHOLDER, type Word } from './word.ts';

/** Programs that parse shell source: from `-c`, from a file, or from their standard input. */
export const SHELLS = 'sh bash dash zsh ksh ksh93 mksh oksh yash ash fish csh tcsh rbash pwsh powershell';

const SHELL_NAMES = new Set(SHELLS.split(' '));
const CODE_OPTION = /^-[A-Za-z]*c|^--?[Cc]ommand$/;
const XARGS_VALUED = /^-[0oprtx]*[adEILnPsJ]$|^--(?:arg-file|delimiter|max-\w+)$/;
const SSH_VALUED = /^-[BbcDEeFIiJLlmOopPQRSWw]$/;

/** Checks the words of a shell, and returns the reason for its input when it reads source from there. */
export function checkShell({ words, certain, reporter }: ProgramCall): Reason | undefined {
  const { report } = reporter;
  let [source, fromInput] = [false, false];
  let index = 0;
  for (; index < words.length; index++) {
    const word = words[index];
    if (!word) break;
    const { value, prefix, tail, leading } = word;
    if (leading && certain) report(word, EVALUATED);
    if (value === '--') {
      index++;
      break;
    }
    if (!/^[-+]./.test(prefix)) {
      if (leading && !source) continue;
      // A word that is only known at run time may be an option. It counts as one when a -c follows.
      const unknown = value === undefined && prefix === '' && tail === '';
      if (source || !unknown || !words.slice(index + 1).some((later) => CODE_OPTION.test(later.prefix)))
        break;
      continue;
    }
    if (CODE_OPTION.test(prefix) && !prefix.startsWith('--n')) source = true;
    if (/^-[A-Za-z]*s/.test(prefix)) fromInput = true;
    if (/^--(?:rcfile|init-file)$/.test(prefix)) reportThrough(words.slice(++index), SCRIPT_FILE, reporter);
    if (/^[-+][A-Za-z]*[oO]$/.test(value ?? '')) index++;
  }
  const operand = words[index];
  if (source) {
    reportThrough(words.slice(index), EVALUATED, reporter);
    return undefined;
  }
  if (operand && certain) {
    if (operand.vanishes) reportThrough(words.slice(index), EVALUATED, reporter);
    if (!fromInput) report(operand, operand.raw.startsWith('<(') ? EVALUATED : SCRIPT_FILE);
  }
  return !operand || fromInput || isInputFile(operand) ? EVALUATED : undefined;
}

/** Checks the words of ssh. A shell parses the words after the destination, joined by spaces. */
export function checkSsh({ words, reporter: { report } }: ProgramCall): Reason | undefined {
  const [destination, ...remote] = wrappedCommand(words, SSH_VALUED);
  const options = words.slice(0, destination && words.indexOf(destination));
  for (const [index, word] of options.entries())
    if (word.prefix.startsWith('-o') || options[index - 1]?.value === '-o') report(word, EVALUATED);
  if (destination?.leading && options.at(-1)?.value !== '--') report(destination, OPTION);
  for (const word of remote) report(word, REMOTE);
  return remote.length === 0 || remote.some(mayRunShell) ? EVALUATED : undefined;
}

/** Checks `source FILE`. */
export function checkSource({ words, reporter }: ProgramCall): Reason | undefined {
  reportThrough(words, EVALUATED, reporter);
  return words[0] && isInputFile(words[0]) ? EVALUATED : undefined;
}

/**
 * Checks xargs, and returns the reason for its input. It checks the command of xargs with the input among its words:
 * a reason for those words is the reason for the input. `xargs -I{} sh -c 'echo "$1"' _ {}` has none, because `{}` is not
 * code there.
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
  if (command.length > 0) check(marked, { shell: undefined, texts: reporter.texts, report });
  return reason;
}

/** Checks `command PROGRAM`; with -v it runs nothing. */
export function checkCommandBuiltin({ words, check }: ProgramCall): Reason | undefined {
  return /^-[vV]$/.test(words[0]?.value ?? '') ? undefined : check(wrappedCommand(words, undefined));
}

/** Checks the commands after `find -exec`. */
export function checkFind({ words, check }: ProgramCall): undefined {
  for (const [index, { value }] of words.entries())
    if (/^-(?:exec|execdir|ok|okdir)$/.test(value ?? '')) check(words.slice(index + 1));
}

/** Returns the text that xargs replaces by its input; undefined when it appends its input. */
function replacedText(options: readonly Word[]): string | undefined {
  for (const [index, { value = '' }] of options.entries()) {
    if (/^-[a-zA-Z0]*[IJ]$/.test(value)) return options[index + 1]?.value ?? '{}';
    const [, attached] = /^-[a-zA-Z0]*?(?:[IJi])(.*)$|^--replace=?(.*)$/.exec(value) ?? [];
    if (attached !== undefined || /^--replace/.test(value)) return attached || '{}';
  }
  return undefined;
}

/** Returns true when a path names a shell. */
export function isShell(path: string): boolean {
  return SHELL_NAMES.has(basename(path));
}

/** Returns true for the option of a shell whose value is source: `-c`. */
export function isCodeOption({ prefix }: Word): boolean {
  return CODE_OPTION.test(prefix);
}

/** Returns true when a file that a program runs is its standard input. */
export function isInputFile({ value }: Word): boolean {
  return /^-$|^\/dev\/(?:stdin|fd\/\d+)$|^\/proc\/\w+\/fd\/\d+$/.test(value ?? '');
}

/** Returns true when a command line, parsed by the shell of another machine, may run a shell there. */
function mayRunShell({ raw, value }: Word): boolean {
  if (value === undefined && /^"?\$/.test(raw)) return true;
  return raw.split(/[^\w./-]+/).some(isShell);
}
