/** Returns true for a code point that an atom of a pattern matches, such as `a`, `\d`, `.` or `[^ab]`. */
export type CharacterTest = (code: number) => boolean;

/** The code points below this one have their answer in an array. */
const SMALL = 256;

/**
 * Returns the test of one atom. `raw` is its source, `flags` the flags of `(?ims:…)` that apply to it. The engine of the
 * platform matches each single character, so that classes and properties have its meaning. Each answer is kept.
 */
export function characterTest(raw: string, flags: string): CharacterTest {
  const expression = new RegExp(`^${raw}$`, flagsWith(flags));
  const small = new Int8Array(SMALL);
  const others = new Map<number, boolean>();
  const matches = (code: number): boolean => expression.test(String.fromCodePoint(code));
  return (code) => {
    if (code < SMALL) return (small[code] ||= matches(code) ? 1 : -1) > 0;
    let answer = others.get(code);
    if (answer === undefined) others.set(code, (answer = matches(code)));
    return answer;
  };
}

/** Returns true when two code points are equal for a back reference. */
export function sameCharacter(a: number, b: number, flags: string): boolean {
  if (a === b || !flags.includes('i')) return a === b;
  return new RegExp(`^\\u{${a.toString(16)}}$`, flagsWith(flags)).test(String.fromCodePoint(b));
}

/** Returns the flags of an expression for one character. With `m`, `^` and `$` would mean something else. */
function flagsWith(flags: string): string {
  return `u${flags.replace('m', '')}`;
}

/**
 * Returns one code point for each set of code points that the tests of a pattern do not distinguish. `boundaries` are the first
 * code points of the ranges that its atoms name, and the first ones after these ranges.
 */
export function alphabetOf(tests: readonly CharacterTest[], boundaries: Iterable<number>): number[] {
  const classes = new Map<string, number>();
  for (const code of new Set([...ESCAPES, ...boundaries])) {
    if (code <= MAX_CODE_POINT) classes.set(tests.map((test) => (test(code) ? 1 : 0)).join(''), code);
  }
  return [...classes.values()];
}

/** Returns the boundaries of an atom whose ranges its source does not give: `\p{L}`, and all atoms that ignore case. */
export function scanBoundaries(raw: string, flags: string): readonly number[] {
  const key = `${flags}:${raw}`;
  const known = scanned.get(key);
  if (known) return known;
  const expression = new RegExp(`^${raw}$`, flagsWith(flags));
  const boundaries: number[] = [];
  let before = false;
  for (let code = 0; code <= MAX_CODE_POINT; code++) {
    const now = expression.test(String.fromCodePoint(code));
    if (now !== before) boundaries.push(code);
    before = now;
  }
  scanned.set(key, boundaries);
  return boundaries;
}

/** The results of `scanBoundaries`. One takes 50 ms. */
const scanned = new Map<string, readonly number[]>();

const MAX_CODE_POINT = 0x10ffff;

/** The boundaries of `.`, `\d`, `\w` and `\s`. */
const ESCAPES = [
  0, 0x9, 0xa, 0xb, 0xd, 0xe, 0x20, 0x21, 0x30, 0x3a, 0x41, 0x5b, 0x5f, 0x60, 0x61, 0x7b, 0xa0, 0xa1, 0x1680,
  0x1681, 0x2000, 0x200b, 0x2028, 0x202a, 0x202f, 0x2030, 0x205f, 0x2060, 0x3000, 0x3001, 0xfeff, 0xff00,
];
