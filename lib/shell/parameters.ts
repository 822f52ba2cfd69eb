import { ARITHMETIC, OPERAND, SUBSCRIPT, type Objection } from './objections.ts';
import { readDouble, readSingle } from './quotes.ts';
import type { Reading, Surroundings } from './reading.ts';

type Parts = Pick<Reading, 'interpreter' | 'cursor' | 'scope' | 'flow' | 'expand'>;

const EXPANDED = /[#!]?(?:[A-Za-z_]\w*|\d+|[@*#?$!-])/y;

/** `${…}`. */
export function readParameter(reading: Parts, surroundings: Surroundings): void {
  const { interpreter, cursor, scope, flow } = reading;
  cursor.copy(2);
  const name = cursor.match(EXPANDED);
  cursor.copy(name.length);
  scope.glued(0);
  const region = name === '' ? '' : cursor.match(/\[[^\]\n]*\]?/y);
  if (region !== '') scope.forbid(region, SUBSCRIPT);
  const from = cursor.uses.length;
  const operator = name === '' ? '' : cursor.match(/:?[-+?=]/y);
  cursor.copy(operator.length);
  const start = cursor.pos;
  const substring = operator === '' && cursor.at() === ':';
  const pattern = /[#%]/.test(cursor.at());
  const interpreted = operator !== '' ? undefined : substring ? ARITHMETIC : OPERAND;
  readOperand(reading, { surroundings, interpreted, pattern });

  const [to, operand] = [cursor.uses.length, cursor.since(start)];
  if (substring) scope.evaluatesText(operand);
  const transforms = operator === '' && cursor.text.startsWith('@', start) && !name.startsWith('!');
  if (transforms || isIndirect(name, cursor.text.slice(start - region.length, start + 3)))
    scope.evaluates([name.replace('!', '')]);
  if (interpreter === 'zsh' && name === '' && /^(?:\([^)]*[eP%#~]|[=^]*~)/.test(operand))
    scope.evaluatesText(operand);
  if (!operator.endsWith('=')) return;
  flow.assigns(name, scope.input({ from, to, raw: operand }));
  if (surroundings === 'word') cursor.object(from, to, OPERAND);
}

/** `${!name}`, but not `${!name[@]}` or `${!name*}`, which list keys and names. */
function isIndirect(name: string, after: string): boolean {
  return /^!\w/.test(name) && !/^(?:\[[@*]\]|[@*])\}/.test(after);
}

/** What stands after the operator; `interpreted` is the objection to what would not stay text there. */
function readOperand(
  reading: Pick<Reading, 'cursor' | 'expand'>,
  {
    surroundings,
    interpreted,
    pattern,
  }: { surroundings: Surroundings; interpreted: Objection | undefined; pattern: boolean },
): void {
  const { cursor, expand } = reading;
  for (;;) {
    const from = cursor.uses.length;
    const char = cursor.at();
    if (char === '') {
      cursor.lose();
      return;
    }
    if (char === '}') {
      cursor.copy();
      return;
    }
    if (char === '\\') cursor.copy(2);
    else if (char === '$' || char === '`') expand(surroundings);
    else if (cursor.isHole(char)) {
      cursor.hole(interpreted ? 'bare' : surroundings === 'word' ? 'one-word' : 'double');
    } else if (char === "'" && surroundings === 'word') readSingle(reading);
    else if (char === "'") {
      // Shells differ in whether this quotes; it makes no difference only around plain text.
      const plain = cursor.match(/'[^'"`$\\}]*'/y);
      if (plain === '' || cursor.hasHole(plain)) cursor.unsure();
      cursor.copy(plain.length || 1);
    } else if (char === '"' && surroundings !== 'here') {
      readDouble(reading);
      // Quotes make text of what would be a pattern.
      if (pattern) continue;
    } else cursor.copy();
    if (interpreted) cursor.object(from, cursor.uses.length, interpreted);
  }
}
