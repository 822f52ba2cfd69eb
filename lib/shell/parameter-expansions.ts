import type { Surroundings } from './cursor.ts';
import { readDouble, readSingle } from './quotes.ts';
import type { Reader } from './reader.ts';
import { ARITHMETIC, EVALUATED, OPERAND, SUBSCRIPT, VARIABLE_NAME, type Reason } from './reasons.ts';

type Parts = Pick<Reader, 'interpreter' | 'cursor' | 'assignments' | 'expand'>;

const EXPANDED = /[#!]?(?:[A-Za-z_]\w*|\d+|[@*#?$!-])/y;

/** Reads `${…}`. */
export function readParameterExpansion(reader: Parts, surroundings: Surroundings): void {
  const { interpreter, cursor, assignments } = reader;
  cursor.copy(2);
  const written = cursor.match(EXPANDED);
  cursor.copy(written.length);
  const name = /[A-Za-z_]\w*/.exec(written)?.[0];
  // The length of a value is a number, whatever the value is.
  if (name !== undefined && !written.startsWith('#')) cursor.useVariable(name);
  cursor.checkJoinedLine(0);
  const region = written === '' ? '' : cursor.match(/\[[^\]\n]*\]?/y);
  if (region !== '') cursor.copyReported(region, SUBSCRIPT);
  const from = cursor.uses.length;
  const operator = written === '' ? '' : cursor.match(/:?[-+?=]/y);
  cursor.copy(operator.length);
  const start = cursor.pos;
  const substring = operator === '' && cursor.at() === ':';
  const pattern = /[#%]/.test(cursor.at());
  const reason = operator !== '' ? undefined : substring ? ARITHMETIC : OPERAND;
  readOperand(reader, { surroundings, reason, pattern });

  const operand = cursor.since(start);
  if (substring) cursor.useNames(operand, ARITHMETIC);
  if (name !== undefined) {
    const after = cursor.text.slice(start - region.length, start + 3);
    // `${!name}` uses the value as a name, but `${!name[@]}` and `${!name*}` list keys and names.
    if (/^!/.test(written) && !/^(?:\[[@*]\]|[@*])\}/.test(after)) cursor.useVariable(name, VARIABLE_NAME);
    if (operator === '' && operand.startsWith('@') && !written.startsWith('!'))
      cursor.useVariable(name, EVALUATED);
  }
  if (interpreter === 'zsh' && written === '' && /^(?:\([^)]*[eP%#~]|[=^]*~)/.test(operand))
    cursor.useNames(operand, EVALUATED);
  if (!operator.endsWith('=')) return;
  const to = cursor.uses.length;
  if (name !== undefined) assignments.push({ name, from, to, depth: cursor.depth });
  if (surroundings === 'word') cursor.report(from, to, OPERAND);
}

/** Reads what stands behind the operator, and its brace. `reason` is reported where a value would not stay text. */
function readOperand(
  reader: Pick<Reader, 'cursor' | 'expand'>,
  {
    surroundings,
    reason,
    pattern,
  }: { surroundings: Surroundings; reason: Reason | undefined; pattern: boolean },
): void {
  const { cursor, expand } = reader;
  for (;;) {
    const from = cursor.uses.length;
    const char = cursor.at();
    if (char === '') {
      cursor.markUnreadable();
      return;
    }
    if (char === '}') {
      cursor.copy();
      return;
    }
    if (char === '\\') cursor.copy(2);
    else if (char === '$' || char === '`') expand(surroundings);
    else if (cursor.isPlaceholder(char)) {
      cursor.placeholder(reason ? 'bare' : surroundings === 'word' ? 'one-word' : 'double');
    } else if (char === "'" && surroundings === 'word') readSingle(reader);
    else if (char === "'") {
      // Shells differ in whether this quotes. Only around plain text it makes no difference.
      const plain = cursor.match(/'[^'"`$\\}]*'/y);
      if (plain === '' || cursor.hasPlaceholder(plain)) cursor.markUncertain();
      cursor.copy(plain.length || 1);
    } else if (char === '"' && surroundings !== 'here') {
      readDouble(reader);
      // Quotes make text of what would be a pattern.
      if (pattern) continue;
    } else cursor.copy();
    if (reason) cursor.report(from, cursor.uses.length, reason);
  }
}
