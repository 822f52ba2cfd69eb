import type { Judgement, Objector } from './judgement.ts';
import { EVALUATED } from './objections.ts';
import type { Wrapper } from './programs.ts';
import { isShell } from './shells.ts';
import { basename, type Word } from './word.ts';

/** A program that runs the program named by its arguments, which `judge` is asked about. */
export function judgeWrapped(
  { name, wrapper: { options, skip = 0 }, rest }: { name: string; wrapper: Wrapper; rest: readonly Word[] },
  {
    judgement,
    object,
    judge,
  }: { judgement: Judgement; object: Objector; judge: (words: readonly Word[]) => void },
): void {
  if (name === 'command' && /^-[vV]$/.test(rest[0]?.value ?? '')) return;
  let index = 0;
  for (; index < rest.length; index++) {
    const word = rest[index];
    if (!word) break;
    if (word.value === '--') {
      index++;
      break;
    }
    if (name === 'env' && /^-[a-z]*S|^--split-string/.test(word.prefix)) {
      for (const later of rest.slice(index)) object(later, EVALUATED);
      return;
    }
    const assigned =
      name === 'env' || name === 'sudo' ? /^([A-Za-z_]\w*)=/.exec(word.prefix)?.[1] : undefined;
    if (assigned !== undefined) judgement.assigns.push({ name: assigned, word });
    else if (!word.prefix.startsWith('-')) break;
    else if (options?.test(word.value ?? '')) index++;
  }
  judge(rest.slice(index + skip));
  if (name === 'xargs' && readsAsSource(rest.slice(0, index), rest.slice(index))) judgement.input = EVALUATED;
}

/** Whether what xargs reads becomes source; it does not when it follows the source and what may be replaced is not there. */
function readsAsSource(options: readonly Word[], command: readonly Word[]): boolean {
  const program = command[0]?.value;
  if (program === undefined ? command.length > 0 : /^(?:ssh|su|script|flock|eval)$/.test(basename(program)))
    return true;
  const shell = command.findIndex(isShell);
  if (shell === -1) return false;
  const replaces = options.some(({ prefix }) => /^-[a-zA-Z]*[IiJ]|^--replace/.test(prefix));
  const option = command.findIndex(({ value }, index) => index > shell && /^-[a-z]*c$/.test(value ?? ''));
  return replaces || option === -1 || command[option + 1]?.value === undefined;
}
