import { setImmediate } from 'node:timers/promises';
import type { AST } from '@eslint-community/regexpp';
import { Machine } from './machine.ts';
import { compileProgram, parsePattern } from './program.ts';

/** A slice takes a few milliseconds. Between two slices, the process does its other work. */
const SLICE = 50_000;

const parsed = new Map<string, AST.Pattern>();

/**
 * Returns true when the pattern, with the flag `u`, matches anywhere in the text, as `RegExp.prototype.test` does. `check` is
 * called every few milliseconds, and ends the match by throwing. A pattern that only the engine of the platform can parse, because
 * its syntax is newer than the parser, is matched by that engine.
 */
export async function matchPattern(pattern: string, text: string, check: () => void): Promise<boolean> {
  const tree = parse(pattern);
  if (!tree) return new RegExp(pattern, 'u').test(text);
  const codes = Uint32Array.from(text, (character) => character.codePointAt(0) ?? 0);
  const machine = new Machine(compileProgram(tree, codes.length), codes, 0, 0);
  for (;;) {
    const answer = machine.run({ steps: SLICE });
    if (answer !== undefined) return answer;
    await setImmediate();
    check();
  }
}

function parse(pattern: string): AST.Pattern | undefined {
  try {
    const tree = parsed.get(pattern) ?? parsePattern(pattern);
    parsed.set(pattern, tree);
    return tree;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
