import type { Judgement, Objector } from './judgement.ts';
import { FORMAT, NAME } from './objections.ts';
import type { Word } from './word.ts';

/** `printf`: its format, and the variable that it prints to. */
export function judgePrintf(rest: readonly Word[], judgement: Judgement, object: Objector): void {
  const [first, second] = rest;
  if (!first) return;
  if (first.value === '-v') {
    object(second, NAME);
    for (const word of rest.slice(2)) judgement.assigns.push({ name: second?.value ?? '', word });
    judgePrintf(rest.slice(2), judgement, object);
  } else if (first.prefix.startsWith('-v')) {
    object(first, NAME);
    for (const word of rest.slice(1)) judgement.assigns.push({ name: first.value?.slice(2) ?? '', word });
  } else if (first.value === '--') {
    object(second, FORMAT);
  } else {
    endOptions(rest, judgement);
    object(first, FORMAT);
  }
}

/** Asks for `--` before the first word that may be an option and is none. */
export function endOptions(rest: readonly Word[], judgement: Judgement): void {
  if (rest.every(({ from, to }) => from === to)) return;
  const first = rest.findIndex(({ prefix }) => !prefix.startsWith('-'));
  if (first === -1 || rest.slice(0, first).some(({ value }) => value === '--' || value === '-')) return;
  const word = rest[first];
  if (word?.leading || word?.vanishes) judgement.endOptionsBefore.push(word);
}
