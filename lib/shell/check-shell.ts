import { reportThrough, type ProgramCall } from './program.ts';
import { EVALUATED, OPTION, SCRIPT_FILE, type Reason } from './reasons.ts';
import { basename, type Word } from './word.ts';

/** Programs that parse shell source: from `-c`, from a file, or from their standard input. */
export const SHELLS = 'sh bash dash zsh ksh mksh ash fish csh tcsh rbash pwsh powershell';

const SHELL_NAMES = new Set(SHELLS.split(' '));
const CODE_OPTION = /^-[A-Za-z]*c|^--?[Cc]ommand$/;
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
      // A word that is only known at run time may be an option. It is taken for one when a -c follows.
      const unknown = value === undefined && prefix === '' && tail === '';
      if (source || !unknown || !words.slice(index + 1).some((later) => CODE_OPTION.test(later.prefix)))
        break;
      continue;
    }
    if (CODE_OPTION.test(prefix) && !prefix.startsWith('--n')) source = true;
    if (/^-[A-Za-z]*s/.test(prefix)) fromInput = true;
    if (/^[-+][A-Za-z]*[oO]$|^--(?:rcfile|init-file)$/.test(value ?? '')) index++;
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

/** Checks the words of ssh, which hands what follows the destination to a shell, joined by spaces. */
export function checkSsh({ words, reporter: { report } }: ProgramCall): Reason | undefined {
  let index = 0;
  let ended = false;
  for (let word = words[0]; word?.prefix.startsWith('-'); word = words[++index]) {
    if (word.value === '--') {
      ended = true;
      index++;
      break;
    }
    const next = words[index + 1];
    if (word.prefix.startsWith('-o')) report(word, EVALUATED);
    if (word.value === '-o' && next) report(next, EVALUATED);
    if (SSH_VALUED.test(word.value ?? '')) index++;
  }
  const [destination, ...remote] = words.slice(index);
  if (destination?.leading && !ended) report(destination, OPTION);
  for (const word of remote) report(word, EVALUATED);
  return remote.length === 0 || remote.some(mayRunShell) ? EVALUATED : undefined;
}

/** Checks `source FILE`. */
export function checkSource({ words, reporter }: ProgramCall): Reason | undefined {
  reportThrough(words, EVALUATED, reporter);
  return words[0] && isInputFile(words[0]) ? EVALUATED : undefined;
}

/** Returns true when the option hands source to a shell: `sh -c`. */
export function isCodeOption({ prefix }: Word): boolean {
  return CODE_OPTION.test(prefix);
}

/** Returns true when a file that a program runs is its standard input. */
function isInputFile({ value }: Word): boolean {
  return /^-$|^\/dev\/(?:stdin|fd\/\d+)$|^\/proc\/\w+\/fd\/\d+$/.test(value ?? '');
}

/** Returns true when a command line, parsed by the shell of another machine, may run a shell there. */
function mayRunShell({ raw, value }: Word): boolean {
  if (value === undefined && /^"?\$/.test(raw)) return true;
  return raw.split(/[^\w./-]+/).some((part) => SHELL_NAMES.has(basename(part)));
}
