import { readArithmetic, readOldArithmetic } from './arithmetic.ts';
import { enclose } from './here-documents.ts';
import { readAnsiQuote, readCharacter, readDouble, readSingle, readTo } from './quotes.ts';
import type { Reader, Surroundings } from './reader.ts';
import {
  ARITHMETIC,
  EVALUATED,
  OPERAND,
  SUBSCRIPT,
  UNCERTAIN,
  VARIABLE_NAME,
  type Reason,
} from './reasons.ts';

/** Reads what a dollar or a backtick begins. */
export function readExpansion(reader: Reader, surroundings: Surroundings): void {
  const { cursor, interpreter } = reader;
  if (cursor.at() === '`') {
    readBackticks(reader, surroundings);
    return;
  }
  const next = cursor.at(1);
  cursor.checkJoinedLine(1);
  if (next === '(' || next === '{') cursor.checkJoinedLine(2);
  if (cursor.isPlaceholder(next)) {
    // A dollar before a value is a dollar, not the beginning of `$"…"` or `${…}`.
    cursor.pos++;
    cursor.out.push('\\$');
  } else if (next === '(') {
    if (cursor.at(2) === '(' && readArithmetic(reader, '$((')) return;
    cursor.copy(2);
    readSubstitution(reader);
  } else if (next === '{') {
    readParameter(reader, surroundings);
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

/**
 * Reads the inside of `$(…)`, `<(…)` or `>(…)` and its closing parenthesis. The commands of `>(…)` read what the
 * command around them writes: they are `written`.
 */
export function readSubstitution(reader: Reader, written = false): void {
  const { cursor, commands } = reader;
  cursor.depth++;
  enclose(reader, () => commands(')', written));
  cursor.depth--;
  cursor.close(')');
}

/** Reads `$name`, `$1`, `$?` or a dollar alone. */
function readVariable({ cursor, interpreter }: Reader): void {
  const name = cursor.match(/[A-Za-z_]\w*/y, 1);
  const taken = name || cursor.match(/[@*#?$!\d-]/y, 1);
  cursor.copy(1 + taken.length);
  if (name !== '') cursor.useVariable(name);
  if (taken !== '') cursor.checkJoinedLine(0);
  if (interpreter !== 'zsh') return;
  // zsh takes `$name[…]` for a subscript, also without braces.
  const region = taken === '' ? '' : cursor.match(/\[[^\]\n]*\]?/y);
  if (cursor.hasPlaceholder(region)) cursor.copyReported(region, SUBSCRIPT);
  // The value of $~name is a pattern, and a pattern of zsh may hold commands.
  if (taken === '') cursor.useNames(cursor.match(/[=^]*~[=^~]*\w+/y), EVALUATED);
}

function readBackticks(reader: Reader, surroundings: Surroundings): void {
  const { cursor, commands } = reader;
  const { text, pos } = cursor;
  const written = cursor.match(/`(?:\\.|[^`\\])*`/sy);
  if (written === '') {
    cursor.markUnreadable();
    cursor.copy(text.length - pos);
    return;
  }
  const [from, chunk] = [cursor.uses.length, cursor.out.length];
  // Written as $(…), which means the same and needs no levels of backslashes.
  const escapes = surroundings === 'double' ? /\\([\\`$"])/g : /\\([\\`$])/g;
  cursor.out.push('$( ');
  cursor.depth++;
  enclose(reader, () => cursor.within(written.slice(1, -1).replace(escapes, '$1'), () => commands('text')));
  cursor.depth--;
  cursor.out.push('\n)');
  if (!cursor.hasPlaceholder(written)) cursor.out.splice(chunk, Infinity, written);
  cursor.pos += written.length;
  if (surroundings === 'here' && written.includes('\\"')) cursor.report({ from }, UNCERTAIN);
}

/** Reads `${…}`. */
function readParameter(reader: Reader, surroundings: Surroundings): void {
  const { interpreter, cursor, assignments } = reader;
  cursor.copy(2);
  const written = cursor.copyMatch(/[#!]?(?:[A-Za-z_]\w*|\d+|[@*#?$!-])/y);
  const [name] = /[A-Za-z_]\w*/.exec(written) ?? [];
  // The length of a value is a number, whatever the value is.
  if (name !== undefined && !written.startsWith('#')) cursor.useVariable(name);
  cursor.checkJoinedLine(0);
  const region = written === '' ? '' : cursor.match(/\[[^\]\n]*\]?/y);
  cursor.copyReported(region, SUBSCRIPT);
  const from = cursor.uses.length;
  const operator = written === '' ? '' : cursor.copyMatch(/:?[-+?=]/y);
  const start = cursor.pos;
  const substring = operator === '' && cursor.at() === ':';
  readOperand(reader, surroundings, operator !== '' ? undefined : substring ? ARITHMETIC : OPERAND);

  const operand = cursor.since(start);
  if (substring) cursor.useNames(operand, ARITHMETIC);
  // `${!name}` uses the value as a name, but `${!name[@]}` and `${!name*}` list keys and names.
  const lists = /^(?:\[[@*]\]|[@*])\}/.test(region + operand);
  if (name !== undefined && written.startsWith('!') && !lists) cursor.useVariable(name, VARIABLE_NAME);
  if (name === written && operator === '' && operand.startsWith('@')) cursor.useVariable(name, EVALUATED);
  if (interpreter === 'zsh' && written === '' && /^(?:\([^)]*[eP%#~]|[=^]*~)/.test(operand))
    cursor.useNames(operand, EVALUATED);
  if (name === undefined || !operator.endsWith('=')) return;
  assignments.push({ name, from, to: cursor.uses.length, depth: cursor.depth });
  if (surroundings === 'word') cursor.report({ from }, OPERAND);
}

/** Reads what stands behind the operator, and its brace. `reason` is reported where a value would not stay text. */
function readOperand(reader: Reader, surroundings: Surroundings, reason: Reason | undefined): void {
  const { cursor } = reader;
  const pattern = /[#%]/.test(cursor.at());
  const quoting = reason ? 'bare' : surroundings === 'word' ? 'one-word' : 'double';
  readTo(cursor, '}', (char) => {
    const from = cursor.uses.length;
    if (char === "'" && surroundings === 'word') readSingle(reader);
    else if (char === "'") {
      // Shells differ in whether this quotes. Only around plain text it makes no difference.
      const plain = cursor.match(/'[^'"`$\\}]*'/y);
      if (plain === '' || cursor.hasPlaceholder(plain)) cursor.markUncertain();
      cursor.copy(plain.length || 1);
    } else if (char === '"' && surroundings !== 'here') {
      readDouble(reader);
      // Quotes make text of what would be a pattern.
      if (pattern) return '';
    } else readCharacter(reader, surroundings, quoting);
    if (reason) cursor.report({ from }, reason);
    return '';
  });
}
