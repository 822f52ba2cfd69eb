import { GantzError } from '../errors.ts';
import type { JsonSchema, Problem } from './manifest.ts';
import { position, type Place } from './source.ts';

/** What came up while a manifest was read, and how many more values its aliases may expand to. */
export type Findings = {
  readonly problems: Problem[];
  tool: string | undefined;
  budget: number;
  /** What can only be judged with the whole of JSON Schema, once everything is read. */
  readonly later: LateCheck[];
};

/** A default to be checked against its schema. */
type LateCheck = {
  at: Place;
  tool: string | undefined;
  what: string;
  schema: JsonSchema;
  value: unknown;
};

// What aliases may expand to beyond the length of the text itself.
const ALIASED_VALUES = 300_000;

/** Nothing found yet. */
export function noFindings(): Findings {
  return { problems: [], tool: undefined, budget: ALIASED_VALUES, later: [] };
}

/** Notes an error; the manifest will not load. */
export function error(findings: Findings, at: Place, message: string, hint?: string): undefined {
  note(findings, 'error', at, message, hint);
}

/** Notes what loads but deserves a look. */
export function warn(findings: Findings, at: Place, message: string, hint?: string): undefined {
  note(findings, 'warning', at, message, hint);
}

/** Counts one more value; throws when aliases of aliases would expand to more than any machine should hold. */
export function spend(findings: Findings, at: Place): void {
  if (--findings.budget >= 0) return;
  throw new Exhausted(
    problem('error', at, 'The aliases (*name) up to here expand to too many values', undefined),
  );
}

/** Thrown by `spend`: reading on makes no sense. */
export class Exhausted extends GantzError {
  readonly problem: Problem;
  constructor(found: Problem) {
    super('MANIFEST_INVALID', found.message);
    this.problem = found;
  }
}

function note(
  findings: Findings,
  severity: Problem['severity'],
  at: Place,
  message: string,
  hint: string | undefined,
): void {
  const { tool } = findings;
  findings.problems.push({ ...problem(severity, at, message, hint), ...(tool !== undefined && { tool }) });
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
