import type { Piece, Segment } from '../template.ts';

// Conditions double the branches of a script. Beyond this many, each is tried both ways, and not every combination.
const MOST_CONDITIONS = 6;

/** The texts of a script, once for each combination of what their conditions may be. */
export function branchesOf(templates: readonly (readonly Segment[])[]): Piece[][][] {
  const paths = new Set<string>();
  const visit = (segments: readonly Segment[]) => {
    for (const segment of segments) {
      if (segment.kind !== 'if') continue;
      paths.add(JSON.stringify(segment.path));
      visit(segment.then);
      visit(segment.otherwise);
    }
  };
  for (const segments of templates) visit(segments);
  return combinations([...paths]).map((truths) => templates.map((segments) => decide(segments, truths)));
}

function combinations(conditions: readonly string[]): ReadonlySet<string>[] {
  if (conditions.length > MOST_CONDITIONS) {
    const all = new Set(conditions);
    return [
      all,
      new Set<string>(),
      ...conditions.flatMap((one) => [new Set([one]), new Set(conditions.filter((other) => other !== one))]),
    ];
  }
  return conditions.reduce<Set<string>[]>(
    (sets, condition) => sets.flatMap((set) => [new Set([...set, condition]), set]),
    [new Set()],
  );
}

function decide(segments: readonly Segment[], truths: ReadonlySet<string>): Piece[] {
  return segments.flatMap((segment) => {
    if (segment.kind !== 'if') return [segment];
    return decide(
      truths.has(JSON.stringify(segment.path)) !== segment.negated ? segment.then : segment.otherwise,
      truths,
    );
  });
}
