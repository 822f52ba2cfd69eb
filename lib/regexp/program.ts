import { RegExpParser, visitRegExpAST, type AST } from '@eslint-community/regexpp';
import { characterTest, type CharacterTest } from './characters.ts';

/** 1 for matching forwards, -1 inside a lookbehind. */
type Step = 1 | -1;

/** One step of a match. A program continues with the next instruction unless one says otherwise. */
export type Instruction =
  /** Consumes one character. */
  | { op: 'char'; test: CharacterTest; step: Step }
  /** Consumes `min` to `max` characters. */
  | { op: 'run'; test: CharacterTest; step: Step; min: number; max: number; greedy: boolean }
  /** Tries each of these instructions, in this order. */
  | { op: 'split'; to: number[] }
  /** `isBack`: one iteration of a loop is complete. */
  | { op: 'jump'; to: number; isBack?: boolean }
  | { op: 'fail' }
  /** The match, or the body of a lookaround, is complete. */
  | { op: 'match' }
  /** `^` or `$`; with `multiline` also at line ends. */
  | { op: 'edge'; kind: 'start' | 'end'; multiline: boolean }
  /** `\b` or `\B`. `word` is the test of a word character. */
  | { op: 'boundary'; negate: boolean; word: CharacterTest }
  /** A lookaround. Its body begins at the next instruction and ends before `end`. */
  | { op: 'look'; negate: boolean; end: number }
  /** Begins a group, at the current position. */
  | { op: 'begin'; begin: number }
  /** Ends a group, which began at the position in the register `begin`. */
  | { op: 'group'; begin: number; group: number; step: Step }
  | { op: 'back'; groups: number[]; flags: string; step: Step }
  /** Sets the counter of a loop to 0. */
  | { op: 'reset'; counter: number }
  /** Runs the body of a loop again, which begins at the next instruction, or continues at `exit`. */
  | { op: 'loop'; counter: number; mark: number; min: number; max: number; greedy: boolean; clear: number[]; exit: number } // prettier-ignore
  /** The end of the body of the loop at `loop`. */
  | { op: 'again'; counter: number; mark: number; min: number; loop: number };

export type Program = {
  instructions: readonly Instruction[];
  /** The number of registers: two for each group, the others for loops. 0 when the match needs none. */
  registers: number;
};

/** What the analysis of a pattern needs besides its instructions. */
export type Atom = { raw: string; flags: string; node: AtomNode; test: CharacterTest };
type AtomNode = AST.Character | AST.CharacterClass | AST.CharacterSet | AST.ExpressionCharacterClass;

type Context = { step: Step; flags: string };

const MAX_INSTRUCTIONS = { analysis: 5000, stateless: 100_000, registers: Infinity };
/** How many times a single character is repeated in the program. */
const MAX_COPIES = 100;

/** The pattern is too large for the kind of program. */
export class TooLarge extends Error {}

/** Parses a pattern with the flag `u`. Throws a SyntaxError for syntax that the parser does not know. */
export function parsePattern(pattern: string): AST.Pattern {
  return new RegExpParser().parsePattern(pattern, 0, pattern.length, { unicode: true });
}

/**
 * Compiles a pattern to a program that matches a text of `length` characters. A pattern without back references needs no
 * registers, so a matcher can remember which instructions failed at which position.
 */
export function compileProgram(pattern: AST.Pattern, length: number): Program {
  const hasReferences = containsReference(pattern);
  if (!hasReferences) {
    try {
      return assemble(pattern, { kind: 'stateless', length }).program;
    } catch (error) {
      if (!(error instanceof TooLarge)) throw error;
    }
  }
  return assemble(pattern, { kind: 'registers', length }).program;
}

/**
 * Compiles a pattern without back references for the analysis of its ambiguity. A count of repetitions that may vary is
 * replaced by an unlimited one. Throws TooLarge.
 */
export function compileForAnalysis(pattern: AST.Pattern): { program: Program; atoms: readonly Atom[] } {
  return assemble(pattern, { kind: 'analysis', length: Infinity });
}

/** Returns true when a pattern has a back reference. */
export function containsReference(pattern: AST.Pattern): boolean {
  let found = false;
  visitRegExpAST(pattern, { onBackreferenceEnter: () => (found = true) });
  return found;
}

type Mode = { kind: 'stateless' | 'registers' | 'analysis'; length: number };

function assemble(pattern: AST.Pattern, { kind, length }: Mode): { program: Program; atoms: Atom[] } {
  const instructions: Instruction[] = [];
  const atoms: Atom[] = [];
  const tests = new Map<string, CharacterTest>();
  const groups = groupsIn(pattern);
  let registers = groups.length * 2;

  function emit<I extends Instruction>(instruction: I): I {
    if (instructions.length >= MAX_INSTRUCTIONS[kind]) throw new TooLarge();
    instructions.push(instruction);
    return instruction;
  }

  function testOf(raw: string, flags: string): CharacterTest {
    const key = `${flags}:${raw}`;
    const test = tests.get(key) ?? characterTest(raw, flags);
    tests.set(key, test);
    return test;
  }

  function atom(node: AtomNode, { flags }: Context): CharacterTest {
    const test = testOf(node.raw, flags);
    atoms.push({ raw: node.raw, flags, node, test });
    return test;
  }

  function alternatives(list: readonly AST.Alternative[], context: Context): void {
    const [only, ...more] = list;
    if (only && more.length === 0) {
      sequence(only, context);
      return;
    }
    const split = emit({ op: 'split', to: [] as number[] });
    const jumps = list.map((one) => {
      split.to.push(instructions.length);
      sequence(one, context);
      return emit({ op: 'jump', to: 0 });
    });
    for (const jump of jumps) jump.to = instructions.length;
  }

  function sequence({ elements }: AST.Alternative, context: Context): void {
    for (const one of context.step === 1 ? elements : elements.toReversed()) element(one, context);
  }

  function element(node: AST.Element, context: Context): void {
    const { step, flags } = context;
    switch (node.type) {
      case 'Character':
      case 'CharacterClass':
      case 'CharacterSet':
      case 'ExpressionCharacterClass':
        emit({ op: 'char', test: atom(node, context), step });
        return;
      case 'Group':
        alternatives(node.alternatives, { step, flags: changedFlags(flags, node.modifiers) });
        return;
      case 'CapturingGroup':
        capturingGroup(node, context);
        return;
      case 'Quantifier':
        quantifier(node, context);
        return;
      case 'Backreference':
        emit({
          op: 'back',
          groups: [node.resolved].flat().map((group) => groups.indexOf(group)),
          flags,
          step,
        });
        return;
      case 'Assertion':
        assertion(node, context);
        return;
    }
  }

  function capturingGroup(node: AST.CapturingGroup, context: Context): void {
    if (kind !== 'registers') {
      alternatives(node.alternatives, context);
      return;
    }
    const begin = registers++;
    emit({ op: 'begin', begin });
    alternatives(node.alternatives, context);
    emit({ op: 'group', begin, group: groups.indexOf(node), step: context.step });
  }

  function assertion(node: AST.Assertion, { flags }: Context): void {
    switch (node.kind) {
      case 'start':
      case 'end':
        emit({ op: 'edge', kind: node.kind, multiline: flags.includes('m') });
        return;
      case 'word':
        emit({ op: 'boundary', negate: node.negate, word: testOf('\\w', flags) });
        return;
      case 'lookahead':
      case 'lookbehind': {
        const look = emit({ op: 'look', negate: node.negate, end: 0 });
        alternatives(node.alternatives, { step: node.kind === 'lookahead' ? 1 : -1, flags });
        emit({ op: 'match' });
        look.end = instructions.length;
      }
    }
  }

  function quantifier({ element: body, min, max, greedy }: AST.Quantifier, context: Context): void {
    const isAtom = body.type.startsWith('Character');
    if (kind === 'registers') {
      if (isAtom) run(body as AtomNode, { min, max, greedy }, context);
      else loop(body, { min, max, greedy }, context);
      return;
    }
    const isFew = min <= MAX_COPIES && (max === Infinity || max <= MAX_COPIES);
    if (kind === 'stateless' && isAtom && !isFew) {
      run(body as AtomNode, { min, max, greedy }, context);
      return;
    }
    // More iterations than the text has characters consume nothing, and such an iteration can be repeated.
    const least = Math.min(min, length + 1);
    if (min > length && !isNullable(body)) {
      emit({ op: 'fail' });
      return;
    }
    for (let copy = 0; copy < least; copy++) element(body, context);
    const optional = max >= length || (kind === 'analysis' && max - min > 1) ? Infinity : max - min;
    if (optional === Infinity) {
      const begin = instructions.length;
      const split = emit({ op: 'split', to: [] as number[] });
      element(body, context);
      emit({ op: 'jump', to: begin, isBack: true });
      split.to = inOrder(begin + 1, instructions.length, greedy);
      return;
    }
    const splits = Array.from({ length: optional }, () => {
      const split = emit({ op: 'split', to: [instructions.length + 1] });
      element(body, context);
      return split;
    });
    for (const split of splits) split.to = inOrder(split.to[0] ?? 0, instructions.length, greedy);
  }

  function run(node: AtomNode, { min, max, greedy }: Range, context: Context): void {
    emit({ op: 'run', test: atom(node, context), step: context.step, min, max, greedy });
  }

  function loop(body: AST.Element, { min, max, greedy }: Range, context: Context): void {
    const [counter, mark] = [registers++, registers++];
    emit({ op: 'reset', counter });
    const begin = instructions.length;
    const clear = groupsIn(body).map((group) => groups.indexOf(group));
    const instruction = emit({ op: 'loop', counter, mark, min, max, greedy, clear, exit: 0 });
    element(body, context);
    emit({ op: 'again', counter, mark, min, loop: begin });
    instruction.exit = instructions.length;
  }

  if (kind !== 'analysis') {
    // The match may begin at any position.
    const [begin, next] = [3, 1];
    emit({ op: 'split', to: [begin, next] });
    emit({ op: 'char', test: () => true, step: 1 });
    emit({ op: 'jump', to: 0 });
  }
  alternatives(pattern.alternatives, { step: 1, flags: '' });
  emit({ op: 'match' });
  return { program: { instructions, registers: kind === 'registers' ? registers : 0 }, atoms };
}

type Range = Pick<AST.Quantifier, 'min' | 'max' | 'greedy'>;

function inOrder(body: number, exit: number, greedy: boolean): number[] {
  return greedy ? [body, exit] : [exit, body];
}

function changedFlags(flags: string, modifiers: AST.Modifiers | null): string {
  if (!modifiers) return flags;
  const { add, remove } = modifiers;
  return [...new Set(flags + add.raw)].filter((flag) => !remove?.raw.includes(flag)).join('');
}

/** Returns true for an element that may match without consuming a character. It may also return true for another one. */
function isNullable(node: AST.Element): boolean {
  switch (node.type) {
    case 'Group':
    case 'CapturingGroup':
      return node.alternatives.some(({ elements }) => elements.every(isNullable));
    case 'Quantifier':
      return node.min === 0 || isNullable(node.element);
    case 'Assertion':
    case 'Backreference':
      return true;
    default:
      return false;
  }
}

function groupsIn(node: AST.Pattern | AST.Element): AST.CapturingGroup[] {
  const groups: AST.CapturingGroup[] = [];
  visitRegExpAST(node, { onCapturingGroupEnter: (group) => void groups.push(group) });
  return groups;
}
