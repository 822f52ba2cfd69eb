import { GantzError } from '../../contract/errors.ts';
import type { JsonSchema, Problem } from '../../contract/manifest.ts';
import { position, type Place } from './source.ts';

/** Collects the problems of a manifest while it is parsed. */
export type Problems = {
  readonly list: Problem[];
  /** The tool that is being parsed; it becomes the `tool` of each problem. */
  tool: string | undefined;
  /** How many more values the aliases of the manifest may expand to. */
  budget: number;
  /** Checks that need a JSON Schema validator; they run after everything is parsed. */
  readonly later: LateCheck[];
};

/** A default value and the schema that it must fit. */
type LateCheck = {
  at: Place;
  tool: string | undefined;
  what: string;
  schema: JsonSchema;
  value: unknown;
};

// The number of values that aliases may expand to, beyond the length of the text itself.
const ALIASED_VALUES = 300_000;

/** Returns an empty collection. */
export function noProblems(): Problems {
  return { list: [], tool: undefined, budget: ALIASED_VALUES, later: [] };
}

/** Reports an error; a manifest with an error does not load. */
export function error(problems: Problems, at: Place, message: string, hint?: string): undefined {
  note(problems, 'error', at, message, hint);
}

/** Reports a warning; a manifest with warnings loads. */
export function warn(problems: Problems, at: Place, message: string, hint?: string): undefined {
  note(problems, 'warning', at, message, hint);
}

/** Counts one value. Throws Exhausted when aliases of aliases expand to too many values. */
export function spend(problems: Problems, at: Place): void {
  if (--problems.budget >= 0) return;
  throw new Exhausted(
    problem('error', at, 'The aliases (*name) up to here expand to too many values', undefined),
  );
}

/** Thrown by `spend`; parsing stops. */
export class Exhausted extends GantzError {
  readonly problem: Problem;
  constructor(exhausted: Problem) {
    super('MANIFEST_INVALID', exhausted.message);
    this.problem = exhausted;
  }
}

function note(
  problems: Problems,
  severity: Problem['severity'],
  at: Place,
  message: string,
  hint: string | undefined,
): void {
  const { tool } = problems;
  problems.list.push({ ...problem(severity, at, message, hint), ...(tool !== undefined && { tool }) });
}

function problem(
  severity: Problem['severity'],
  at: Place,
  message: string,
  hint: string | undefined,
): Problem {
  const { line, column, text } = position(at);
  return {
    severity,
    message,
    file: at.source.file,
    line,
    column,
    source: text,
    ...(hint !== undefined && { hint }),
  };
}
