import type { AST } from '@eslint-community/regexpp';
import { alphabetOf, scanBoundaries } from './characters.ts';
import {
  compileForAnalysis,
  containsReference,
  parsePattern,
  TooLarge,
  type Atom,
  type Instruction,
} from './program.ts';

/** How many attempts to match may be alive after the same text. The time of a match is at most this times the text. */
const MAX_ATTEMPTS = 64;
/** How many different sets of attempts are examined. A pattern with more counts as ambiguous. */
const MAX_SETS = 1000;
const MAX_VISITS = 200_000;

/**
 * Returns true for a pattern that a backtracking engine may need much longer for than its text is long. It follows all attempts
 * of the engine at once and counts them: the pattern is not ambiguous when there are never many after the same text. It returns
 * true also for a pattern that it cannot decide: one with back references, and one that is too large.
 */
export function isAmbiguous(pattern: string): boolean {
  if (!/[*+{?|]/.test(pattern)) return false;
  try {
    const tree = parsePattern(pattern);
    return containsReference(tree) || new Analysis(tree).isAmbiguous();
  } catch (error) {
    if (error instanceof TooLarge || error instanceof SyntaxError) return true;
    throw error;
  }
}

/** The number of attempts that wait at each `char` instruction. */
type Attempts = Map<number, number>;

/** Everything that follows an instruction without consuming a character. */
type Closure = {
  attempts: Attempts;
  looks: number[];
  /** True when the match is complete there, whatever follows in the text. */
  accepts: boolean;
};

class Analysis {
  readonly #instructions: readonly Instruction[];
  readonly #alphabet: readonly number[];
  readonly #closures = new Map<number, Closure>();
  #visits = 0;

  constructor(tree: AST.Pattern) {
    const { program, atoms } = compileForAnalysis(tree);
    this.#instructions = program.instructions;
    const tests = [...new Set(atoms.map(({ test }) => test))];
    this.#alphabet = alphabetOf(tests, new Set(atoms.flatMap(boundariesOf)));
  }

  isAmbiguous(): boolean {
    return this.#isAmbiguousAt(0, true);
  }

  /** Examines a pattern, or the body of a lookaround. `once`: it is matched only at the beginning of the text. */
  #isAmbiguousAt(begin: number, once: boolean, isBody = begin !== 0): boolean {
    const atBeginning = this.#close(begin, true);
    const later = this.#close(begin, false);
    const closures = new Set<Closure>();
    const restart = isBody && once ? new Map<number, number>() : later.attempts;
    // A pattern is tried at the next position only when it failed, so no attempt came to an end. A body is tried anyway.
    const restartsAfterEnd = isBody;
    if (
      this.#exceeds(atBeginning.attempts, new Map(), true, closures) ||
      (restart.size > 0 && this.#exceeds(atBeginning.attempts, restart, restartsAfterEnd, closures))
    )
      return true;
    const looksOften = [...closures].flatMap(({ looks }) => looks);
    if (!(isBody && once)) looksOften.push(...later.looks);
    const often = new Set(looksOften);
    return [...new Set([...atBeginning.looks, ...often])].some((look) =>
      this.#isAmbiguousAt(look + 1, !often.has(look), true),
    );
  }

  /** Returns true when there may be too many attempts. `restart` are the attempts that begin at each position. */
  #exceeds(first: Attempts, restart: Attempts, withEnds: boolean, closures: Set<Closure>): boolean {
    const seen = new Set<string>();
    const open: Attempts[] = [];
    const visit = (attempts: Attempts): boolean => {
      const key = [...attempts].sort(([a], [b]) => a - b).join(' ');
      if (seen.has(key)) return false;
      seen.add(key);
      open.push(attempts);
      let total = 0;
      for (const count of attempts.values()) total += count;
      return total > MAX_ATTEMPTS || seen.size > MAX_SETS;
    };
    if (visit(first)) return true;
    for (let attempts = open.pop(); attempts; attempts = open.pop())
      for (const code of this.#alphabet) {
        const next: Attempts = new Map(restart);
        for (const [at, count] of attempts) {
          const instruction = this.#instructions[at];
          if (instruction?.op !== 'char' || !instruction.test(code)) continue;
          const closure = this.#close(at + 1, false);
          closures.add(closure);
          if (closure.accepts && !withEnds) continue;
          for (const [to, ways] of closure.attempts) next.set(to, (next.get(to) ?? 0) + count * ways);
        }
        if (visit(next)) return true;
      }
    return false;
  }

  /** Returns the closure of an instruction. `^` holds only at the beginning of the text, other assertions may always hold. */
  #close(begin: number, atBeginning: boolean): Closure {
    const known = this.#closures.get(begin);
    if (known && !atBeginning) return known;
    const closure: Closure = { attempts: new Map(), looks: [], accepts: false };
    const begun = new Set<number>();
    const visit = (at: number, isSure: boolean, isAtEnd: boolean): void => {
      if (++this.#visits > MAX_VISITS) throw new TooLarge();
      const instruction = this.#instructions[at];
      switch (instruction?.op) {
        case 'char':
          if (isAtEnd && instruction.step === 1) break;
          closure.attempts.set(at, (closure.attempts.get(at) ?? 0) + 1);
          break;
        case 'split': {
          const isNew = !begun.has(at);
          begun.add(at);
          for (const to of instruction.to) visit(to, isSure, isAtEnd);
          if (isNew) begun.delete(at);
          break;
        }
        case 'jump':
          // An iteration that began here has consumed nothing. The engine does not accept it.
          if (!instruction.isBack || !begun.has(instruction.to)) visit(instruction.to, isSure, isAtEnd);
          break;
        case 'edge': {
          const isEnd = instruction.kind === 'end';
          if (isEnd || instruction.multiline || atBeginning)
            visit(at + 1, false, isAtEnd || (isEnd && !instruction.multiline));
          break;
        }
        case 'boundary':
          visit(at + 1, false, isAtEnd);
          break;
        case 'look':
          closure.looks.push(at);
          visit(instruction.end, false, isAtEnd);
          break;
        case 'match':
          closure.accepts ||= isSure;
          break;
        default:
          // The analysis has no other instructions.
          throw new TooLarge();
      }
    };
    visit(begin, true, false);
    if (!atBeginning) this.#closures.set(begin, closure);
    return closure;
  }
}

/** Returns the boundaries of the ranges of an atom that `.`, `\d`, `\w` and `\s` do not have. */
function boundariesOf({ raw, flags, node }: Atom): readonly number[] {
  if (flags.includes('i')) return scanBoundaries(raw, flags);
  switch (node.type) {
    case 'Character':
      return [node.value, node.value + 1];
    case 'CharacterSet':
      return node.kind === 'property' ? scanBoundaries(raw, flags) : [];
    case 'CharacterClass':
      return node.elements.flatMap((element) => {
        if (element.type === 'CharacterClassRange') return [element.min.value, element.max.value + 1];
        if (element.type === 'Character') return [element.value, element.value + 1];
        return element.type === 'CharacterSet' && element.kind === 'property'
          ? scanBoundaries(element.raw, flags)
          : [];
      });
    case 'ExpressionCharacterClass':
      return scanBoundaries(raw, flags);
  }
}
