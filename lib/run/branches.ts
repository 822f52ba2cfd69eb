import type { Piece, Segment } from './template.ts';

// Conditions double the branches. The rest of more than this many are all false, and in a second round all true.
const MOST_CONDITIONS = 6;

/** Returns the texts of a script once for each combination of what their conditions may be. */
export function branchesOf(texts: readonly (readonly Segment[])[]): Piece[][][] {
  const conditions = [...new Set(texts.flatMap(conditionsIn))];
  const some = Array.from({ length: 2 ** Math.min(conditions.length, MOST_CONDITIONS) }, (_, bits) =>
    conditions.filter((__, index) => index < MOST_CONDITIONS && (bits >> index) & 1),
  );
  const others = some.map((truths) => conditions.filter((condition) => !truths.includes(condition)));
  const combinations = conditions.length > MOST_CONDITIONS ? [...some, ...others] : some;
  return combinations.map((truths) => texts.map((segments) => decide(segments, new Set(truths))));
}

function conditionsIn(segments: readonly Segment[]): string[] {
  return segments.flatMap((segment) => {
    if (segment.kind !== 'if') return [];
    return [JSON.stringify(segment.path), ...conditionsIn(segment.then), ...conditionsIn(segment.otherwise)];
  });
}

function decide(segments: readonly Segment[], truths: ReadonlySet<string>): Piece[] {
  return segments.flatMap((segment) => {
    if (segment.kind !== 'if') return [segment];
    const isTrue = truths.has(JSON.stringify(segment.path)) !== segment.negated;
    return decide(isTrue ? segment.then : segment.otherwise, truths);
  });
}
