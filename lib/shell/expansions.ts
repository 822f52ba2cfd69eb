import { readArithmetic, readOldArithmetic } from './arithmetic.ts';
import type { Surroundings } from './cursor.ts';
import { readParameterExpansion } from './parameter-expansions.ts';
import { readAnsiQuote } from './quotes.ts';
import type { Reader } from './reader.ts';
import { EVALUATED, SUBSCRIPT, UNCERTAIN } from './reasons.ts';

const NAME = /[A-Za-z_]\w*/y;

/** Reads what a dollar or a backtick begins. */
export function readExpansion(reader: Reader, surroundings: Surroundings): void {
  if (reader.cursor.at() === '`') readBackticks(reader, surroundings);
  else readDollar(reader, surroundings);
}

/**
 * Reads the inside of `$(…)`, `<(…)` or `>(…)` and its closing parenthesis. The commands of `>(…)` read what the
 * command around them writes: they are `written`.
 */
export function readSubstitution({ cursor, documents, commands }: Reader, written = false): void {
  cursor.depth++;
  documents.enclosed(() => commands(')', written));
  cursor.depth--;
  cursor.close(')');
}

function readDollar(reader: Reader, surroundings: Surroundings): void {
  const { cursor, interpreter } = reader;
  const next = cursor.at(1);
  cursor.checkJoinedLine(1);
  if (next === '(' || next === '{') cursor.checkJoinedLine(2);
  if (cursor.isPlaceholder(next)) {
    // A dollar before a value is a dollar, not the beginning of `$"…"` or `${…}`.
    cursor.skip(1);
    cursor.write('\\$');
  } else if (next === '(') {
    if (cursor.at(2) === '(' && readArithmetic(reader, '$((')) return;
    cursor.copy(2);
    readSubstitution(reader);
  } else if (next === '{') {
    readParameterExpansion(reader, surroundings);
  } else if (next === '[' && interpreter !== 'dash') {
    readOldArithmetic(reader);
  } else if (next === "'" && surroundings === 'word') {
    readAnsiQuote(reader);
  } else if (next === '"' && surroundings === 'word') {
    cursor.copy();
  } else {
    readVariable(reader);
  }
}

/** Reads `$name`, `$1`, `$?` or a dollar alone. */
function readVariable({ cursor, interpreter }: Reader): void {
  const name = cursor.match(NAME, 1);
  const taken = name || cursor.match(/[@*#?$!\d-]/y, 1);
  cursor.copy(1 + taken.length);
  if (name !== '') cursor.useVariable(name);
  if (taken !== '') cursor.checkJoinedLine(0);
  if (interpreter !== 'zsh') return;
  // zsh takes `$name[…]` for a subscript, also without braces.
  if (taken !== '' && cursor.at() === '[') {
    const region = cursor.match(/\[[^\]\n]*\]?/y);
    if (cursor.hasPlaceholder(region)) cursor.copyReported(region, SUBSCRIPT);
  }
  // The value of $~name is a pattern, and a pattern of zsh may hold commands.
  if (taken === '') cursor.useNames(cursor.match(/[=^]*~[=^~]*\w+/y), EVALUATED);
}

function readBackticks({ cursor, documents, commands }: Reader, surroundings: Surroundings): void {
  const { text, pos } = cursor;
  let end = pos + 1;
  while (end < text.length && text[end] !== '`') end += text[end] === '\\' ? 2 : 1;
  if (end >= text.length) {
    cursor.markUnreadable();
    cursor.copy(text.length - pos);
    return;
  }
  const written = text.slice(pos + 1, end);
  const from = cursor.uses.length;
  const first = cursor.chunk;
  // Written as $(…), which means the same and needs no levels of backslashes.
  const inside = written.replace(surroundings === 'double' ? /\\([\\`$"])/g : /\\([\\`$])/g, '$1');
  cursor.write('$( ');
  cursor.depth++;
  documents.enclosed(() => cursor.within(inside, () => commands('text')));
  cursor.depth--;
  cursor.write('\n)');
  if (!cursor.hasPlaceholder(written)) cursor.writeOver(first, text.slice(pos, end + 1));
  cursor.skip(end + 1 - pos);
  if (surroundings === 'here' && written.includes('\\"')) cursor.report(from, cursor.uses.length, UNCERTAIN);
}
