import { readArithmetic, readOldArithmetic } from './arithmetic.ts';
import { enclose } from './here-documents.ts';
import { readAnsiQuote, readCharacter, readDouble, readSingle, readTo } from './quotes.ts';
import type { Reader, ExpansionPlace } from './reader.ts';
import {
  ARITHMETIC,
  EVALUATED,
  OPERAND,
  SUBSCRIPT,
  UNCERTAIN,
  VARIABLE_NAME,
  type Reason,
} from './reasons.ts';

/** Reads an expansion, which begins with a dollar or a backtick. */
export function readExpansion(reader: Reader, place: ExpansionPlace): void {
  const next = reader.at(1);
  if (reader.at() === '`') {
    readBackticks(reader, place);
    return;
  }
  reader.checkJoinedLine(1);
  if (next === '(' || next === '{') reader.checkJoinedLine(2);
  if (reader.isPlaceholder(next)) {
    // The dollar before a placeholder is text. It must not form `$"…"` or `${…}` with the reference.
    reader.pos++;
    reader.out.push('\\$');
  } else if (next === '(') {
    if (reader.at(2) === '(' && readArithmetic(reader, '$((')) return;
    reader.copy(2);
    readSubstitution(reader);
  } else if (next === '{') readParameter(reader, place);
  else if (next === '[' && reader.interpreter !== 'dash') readOldArithmetic(reader);
  else if (next === "'" && place === 'word') readAnsiQuote(reader);
  else if (next === '"' && place === 'word') reader.copy();
  else readVariable(reader);
}

/**
 * Reads the commands of `$(…)`, `<(…)` or `>(…)` and the closing parenthesis. `written` is true for `>(…)`, whose commands
 * read the output of the command that contains them.
 */
export function readSubstitution(reader: Reader, written = false): void {
  reader.depth++;
  enclose(reader, () => reader.grammar.readCommands(reader, ')', written));
  reader.depth--;
  reader.close(')');
}

function readVariable(reader: Reader): void {
  const name = reader.match(/[A-Za-z_]\w*/y, 1);
  const taken = name || reader.match(/[@*#?$!\d-]/y, 1);
  reader.copy(1 + taken.length);
  if (name !== '') reader.useVariable(name);
  if (taken !== '') reader.checkJoinedLine(0);
  if (reader.interpreter !== 'zsh') return;
  // zsh reads `$name[…]` as a subscript, also without braces.
  const region = taken === '' ? '' : reader.match(/\[[^\]\n]*\]?/y);
  if (reader.hasPlaceholder(region)) reader.copyReported(region, SUBSCRIPT);
  else reader.useNames(region, SUBSCRIPT);
  // The value of $~name is a pattern, and a pattern of zsh may contain commands.
  const flagged = taken === '' ? reader.match(/[=^~]+\w+/y) : '';
  reader.useNames(flagged, flagged.includes('~') ? EVALUATED : undefined);
}

function readBackticks(reader: Reader, place: ExpansionPlace): void {
  const written = reader.match(/`(?:\\.|[^`\\])*(?:`|\\?$)/sy);
  const closed = /^`(?:\\.|[^`\\])*`/s.test(written);
  if (!closed) reader.markUnreadable();
  const [from, chunk] = [reader.uses.length, reader.out.length];
  // The copy uses $(…), which has the same meaning and does not remove backslashes.
  const escapes = place === 'double' ? /\\([\\`$"])/g : /\\([\\`$])/g;
  reader.out.push('$( ');
  reader.depth++;
  const commands = written.slice(1, closed ? -1 : undefined).replace(escapes, '$1');
  enclose(reader, () => reader.within(commands, () => reader.grammar.readCommands(reader, 'text')));
  reader.depth--;
  reader.out.push('\n)');
  if (!reader.hasPlaceholder(written)) reader.out.splice(chunk, Infinity, written);
  reader.pos += written.length;
  if (place === 'here' && written.includes('\\"')) reader.report({ from }, UNCERTAIN);
}

function readParameter(reader: Reader, place: ExpansionPlace): void {
  const { interpreter } = reader;
  reader.copy(2);
  const written = reader.copyMatch(/[#!]?(?:[A-Za-z_]\w*|\d+|[@*#?$!-])/y);
  const [name] = /[A-Za-z_]\w*/.exec(written) ?? [];
  // `${#name}` is the length of the value, which is always a number.
  if (name !== undefined && !written.startsWith('#')) reader.useVariable(name);
  reader.checkJoinedLine(0);
  const region = written === '' ? '' : reader.match(/\[[^\]\n]*\]?/y);
  reader.copyReported(region, SUBSCRIPT);
  const from = reader.uses.length;
  const operator = written === '' ? '' : reader.copyMatch(/:?[-+?=]/y);
  const start = reader.pos;
  const substring = operator === '' && reader.at() === ':';
  readOperand(reader, place, operator !== '' ? undefined : substring ? ARITHMETIC : OPERAND);

  const operand = reader.since(start);
  if (substring) reader.useNames(operand, ARITHMETIC);
  // `${!name}` uses the value as a name, but `${!name[@]}` and `${!name*}` list keys and names.
  const lists = /^(?:\[[@*]\]|[@*])\}/.test(region + operand);
  if (name !== undefined && written.startsWith('!') && !lists) reader.useVariable(name, VARIABLE_NAME);
  if (name === written && operator === '' && operand.startsWith('@')) reader.useVariable(name, EVALUATED);
  if (interpreter === 'zsh' && written === '')
    reader.useNames(operand, /^(?:\([^)]*[eP%#~]|[=^]*~)/.test(operand) ? EVALUATED : undefined);
  if (name === undefined || !operator.endsWith('=')) return;
  reader.assign(name, { from, to: reader.uses.length });
  if (place === 'word') reader.report({ from }, OPERAND);
}

/** Reads the text after the operator, and the closing brace. `reason` is reported when the shell interprets values there. */
function readOperand(reader: Reader, place: ExpansionPlace, reason: Reason | undefined): void {
  const pattern = /[#%]/.test(reader.at());
  const quoting = reason ? 'bare' : place === 'word' ? 'one-word' : 'double';
  readTo(reader, '}', (char) => {
    const from = reader.uses.length;
    if (char === "'" && place === 'word') readSingle(reader);
    else if (char === "'") {
      // Shells differ in whether this is a quote. It makes no difference around plain text.
      const plain = reader.match(/'[^'"`$\\}]*'/y);
      if (plain === '' || reader.hasPlaceholder(plain)) reader.markUncertain();
      reader.copy(plain.length || 1);
    } else if (char === '"' && place !== 'here') {
      readDouble(reader);
      // Inside quotes, a pattern is text.
      if (pattern) return '';
    } else readCharacter(reader, place, quoting);
    if (reason) reader.report({ from }, reason);
    return '';
  });
}
