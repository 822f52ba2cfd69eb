import type { Judgement, Objector } from './judgement.ts';
import { EVALUATED, OPTION } from './objections.ts';
import { SHELLS } from './programs.ts';
import { basename, type Word } from './word.ts';

const SSH_OPTION = /^-[BbcDEeFIiJLlmOopPQRSWw]$/;

/** ssh hands what follows the destination to a shell, joined by spaces. */
export function judgeSsh(rest: readonly Word[], judgement: Judgement, object: Objector): void {
  let index = 0;
  let ended = false;
  for (; index < rest.length; index++) {
    const { value = '', prefix } = rest[index] ?? { prefix: '' };
    if (value === '--') {
      ended = true;
      index++;
      break;
    }
    if (!prefix.startsWith('-')) break;
    if (prefix.startsWith('-o')) object(rest[index], EVALUATED);
    if (value === '-o') object(rest[index + 1], EVALUATED);
    if (SSH_OPTION.test(value)) index++;
  }
  const [destination, ...remote] = rest.slice(index);
  if (destination?.leading && !ended) object(destination, OPTION);
  for (const word of remote) object(word, EVALUATED);
  if (remote.length === 0 || remote.some(namesShell)) judgement.input = EVALUATED;
}

/** Whether a command line, read by the shell of another machine, may run a shell there. */
function namesShell({ raw, value }: Word): boolean {
  if (value === undefined && /^"?\$/.test(raw)) return true;
  return raw.split(/[^\w./-]+/).some((part) => SHELLS.has(basename(part)));
}
