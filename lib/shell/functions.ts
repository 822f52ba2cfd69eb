import { NAMES_VARIABLE } from './objections.ts';
import type { Word } from './word.ts';
import type { Reading } from './reading.ts';
import { readWord } from './words.ts';

/** What follows `function`, to where the body begins. */
export function readFunction(reading: Reading): void {
  const { cursor } = reading;
  cursor.blanks();
  define(reading, readWord(reading, 'one-word'));
  cursor.blanks();
  if (cursor.at() === '(' && cursor.at(1) === ')') cursor.copy(2);
}

/** `()` behind the words of a command, which are the name of a function if all is well, to where the body begins. */
export function readParentheses(reading: Reading, words: readonly Word[]): void {
  const { cursor } = reading;
  cursor.copy();
  cursor.blanks();
  // `name ()` begins a function; anything else is not what this reader knows.
  if (words.length !== 1 || cursor.at() !== ')') cursor.lose();
  else cursor.copy();
  if (words[0]) define(reading, words[0]);
}

function define({ cursor, flow, scope }: Reading, { from, to, value }: Word): void {
  cursor.object(from, to, NAMES_VARIABLE);
  if (value !== undefined) flow.functions.add(value);
  scope.defines = value;
}
