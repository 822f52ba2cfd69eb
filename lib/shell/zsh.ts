import type { Objector } from './judgement.ts';
import { ARITHMETIC, EVALUATED, NAME, type Objection } from './objections.ts';
import type { Word } from './word.ts';

/** Builtins of zsh that take numbers as expressions, and those that take source or names. */
export function judgeZsh(name: string, rest: readonly Word[], object: Objector): void {
  const objectAll = (objection: Objection) => {
    for (const word of rest) object(word, objection);
  };
  if (/^(?:exit|return|shift|break|continue|logout|bye|repeat|ulimit|limit)$/.test(name))
    objectAll(ARITHMETIC);
  else if (
    /^(?:emulate|zparseopts|zstyle|sched|functions|zformat|zregexparse|zle|bindkey|compdef|zmodload)$/.test(
      name,
    )
  )
    objectAll(EVALUATED);
  else if (name === 'read') objectAll(NAME);
  else if (name === 'printf' || name === 'print') {
    const plain = rest.find(({ prefix }) => !prefix.startsWith('-'))?.value;
    const text = name === 'printf' && /^(?:[^%]|%%|%-?\d*s|%q|%b)*$/.test(plain ?? '*%');
    const option = rest.some(({ prefix }) => /^-[a-zA-Z]*[fxXuC]/.test(prefix));
    if (name === 'printf' ? !text : option) objectAll(ARITHMETIC);
  } else if (name === 'test' || name === '[') {
    for (const [index, word] of rest.entries()) {
      if (rest[index - 1]?.value === '-t') object(word, ARITHMETIC);
    }
  }
}
