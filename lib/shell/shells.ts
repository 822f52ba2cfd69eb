import { objectThrough, type Judgement, type Objector } from './judgement.ts';
import { EVALUATED, PROGRAM } from './objections.ts';
import { SHELLS } from './programs.ts';
import { basename, type Word } from './word.ts';

/** A shell and its arguments; `runs` when it is the command itself and not merely named among the words of another. */
export function judgeShell(
  words: readonly Word[],
  judgement: Judgement,
  object: Objector,
  runs: boolean,
): void {
  let [source, fromInput] = [false, false];
  let index = 1;
  for (; index < words.length; index++) {
    const word = words[index];
    if (!word) break;
    const { value = '', prefix, tail, leading } = word;
    if (leading && runs) object(word, EVALUATED);
    if (value === '--') {
      index++;
      break;
    }
    if (!/^[-+]./.test(prefix)) {
      if (leading && !source) continue;
      // What is only known when it runs may be an option; where a -c follows, it is taken for one.
      const unknown = word.value === undefined && prefix === '' && tail === '';
      if (source || !unknown || !words.slice(index + 1).some((later) => /^-[A-Za-z]*c/.test(later.prefix)))
        break;
      continue;
    }
    if (/^-[A-Za-z]*c|^--?[Cc]ommand$/.test(prefix) && !prefix.startsWith('--n')) source = true;
    if (/^-[A-Za-z]*s/.test(prefix)) fromInput = true;
    if (/^[-+][A-Za-z]*[oO]$|^--(?:rcfile|init-file)$/.test(value)) index++;
  }
  const operand = words[index];
  if (source) {
    objectThrough(words, index, EVALUATED, object);
    // The first word after the source is the name that it has.
    if (operand?.value !== undefined)
      judgement.sources.push({ text: operand.value, words: words.slice(index + 2) });
    return;
  }
  if (!operand || fromInput || isInput(operand)) judgement.input = EVALUATED;
  if (!runs) return;
  if (operand?.vanishes) objectThrough(words, index, EVALUATED, object);
  if (!fromInput) object(operand, operand?.raw.startsWith('<(') ? EVALUATED : PROGRAM);
}

/** Options of a program that hand a command line to a shell. */
export function judgeShellOptions(rest: readonly Word[], option: RegExp, object: Objector): void {
  for (const [index, word] of rest.entries()) {
    const [long = ''] = /^--[\w-]+(?==)/.exec(word.prefix) ?? [];
    if (option.test(word.value ?? '')) objectThrough(rest, index + 1, EVALUATED, object);
    else if (option.test(long) || (/^-[A-Za-z]/.test(word.prefix) && option.test(word.prefix.slice(0, 2))))
      object(word, EVALUATED);
  }
}

/** Whether a word is a shell. */
export function isShell({ value }: Word): boolean {
  return value !== undefined && SHELLS.has(basename(value));
}

/** Whether a file to run is the input of the command. */
export function isInput({ value }: Word): boolean {
  return /^-$|^\/dev\/(?:stdin|fd\/\d+)$|^\/proc\/\w+\/fd\/\d+$/.test(value ?? '');
}
