import { SUBSCRIPT, UNSURE } from './objections.ts';
import { readArithmetic, readOldArithmetic } from './arithmetic.ts';
import { readParameter } from './parameters.ts';
import { readAnsi } from './quotes.ts';
import type { Reading, Surroundings } from './reading.ts';

const NAME = /[A-Za-z_]\w*/y;

/** What a dollar or a backtick begins. */
export function readExpansion(reading: Reading, surroundings: Surroundings): void {
  if (reading.cursor.at() === '`') readBackticks(reading, surroundings);
  else readDollar(reading, surroundings);
}

/** The inside of `$(…)`, `<(…)` and `>(…)`, and its closing parenthesis; `written` when it reads what the command writes. */
export function readSubstitution(
  { cursor, documents, pipelines, flow, commands }: Reading,
  written = false,
): void {
  const { readers } = flow;
  documents.enclosed(() => commands(')', written));
  if (written && flow.readers > readers) pipelines.outputs++;
  cursor.close(')');
}

function readDollar(reading: Reading, surroundings: Surroundings): void {
  const { cursor, scope, interpreter } = reading;
  const next = cursor.at(1);
  scope.glued(1);
  if (next === '(' || next === '{') scope.glued(2);
  if (cursor.isHole(next)) {
    // A dollar before a value is a dollar, not the beginning of `$"…"` or `${…}`.
    cursor.skip(1);
    cursor.write('\\$');
  } else if (next === '(') {
    if (cursor.at(2) === '(' && readArithmetic(reading, '$((')) return;
    cursor.copy(2);
    readSubstitution(reading);
  } else if (next === '{') {
    readParameter(reading, surroundings);
  } else if (next === '[' && interpreter !== 'dash') {
    readOldArithmetic(reading);
  } else if (next === "'" && surroundings === 'word') {
    readAnsi(reading);
  } else if (next === '"' && surroundings === 'word') {
    cursor.copy();
  } else {
    readVariable(reading);
  }
}

/** `$name`, `$1`, `$?` or no more than a dollar. */
function readVariable({ cursor, scope, interpreter }: Reading): void {
  const name = cursor.match(NAME, 1) || cursor.match(/[@*#?$!\d-]/y, 1);
  cursor.copy(1 + name.length);
  if (name !== '') scope.glued(0);
  if (interpreter !== 'zsh') return;
  // zsh takes `$name[…]` for a subscript, also without braces.
  if (name !== '' && cursor.at() === '[') {
    const region = cursor.match(/\[[^\]\n]*\]?/y);
    if (cursor.hasHole(region)) scope.forbid(region, SUBSCRIPT);
  }
  // The value of $~name is a pattern, and a pattern of zsh may hold commands.
  if (name === '') scope.evaluatesText(cursor.match(/[=^]*~[=^~]*\w+/y));
}

function readBackticks({ cursor, documents, commands }: Reading, surroundings: Surroundings): void {
  const { text, pos } = cursor;
  let end = pos + 1;
  while (end < text.length && text[end] !== '`') end += text[end] === '\\' ? 2 : 1;
  if (end >= text.length) {
    cursor.lose();
    cursor.copy(text.length - pos);
    return;
  }
  const written = text.slice(pos + 1, end);
  const from = cursor.uses.length;
  const first = cursor.chunk;
  // The same command as $(…), which needs no levels of backslashes.
  const inside = written.replace(surroundings === 'double' ? /\\([\\`$"])/g : /\\([\\`$])/g, '$1');
  cursor.write('$( ');
  documents.enclosed(() => cursor.within(inside, () => commands('text')));
  cursor.write('\n)');
  if (!cursor.hasHole(written)) cursor.writeOver(first, text.slice(pos, end + 1));
  cursor.skip(end + 1 - pos);
  if (surroundings === 'here' && written.includes('\\"')) cursor.object(from, cursor.uses.length, UNSURE);
}
