import { GantzError } from '../contract/errors.ts';
import { isObject } from '../json/object.ts';
import type { ProblemInText, Tool } from '../contract/manifest.ts';
import { nearest } from '../contract/nearest.ts';

/** The conditions on the answer of a step. All given conditions must hold. */
export type Expectation = {
  success?: boolean;
  /** Equals the fields of the result, or the single field `result` or `output` of a script or an HTTP request. */
  equals?: unknown;
  /** A part of the text of the answer. For a list or a map: members that it must have. */
  contains?: unknown;
  /** A regular expression that matches the text of the answer. */
  matches?: string;
  /** The code of the failure, or a part of its message. */
  error?: string;
  /** The exit status of the script, or of gantz for other kinds of action. */
  exitCode?: number;
  /** A JSON Schema for the fields of the result. */
  schema?: Record<string, unknown>;
};

/** One call of a test. With a `name`, later steps can use its result as `{{steps.<name>.<field>}}`. */
export type TestStep = { name?: string; tool: string; input: Record<string, unknown>; expect: Expectation };

/** One test of one tool, with its steps in order. `index` is its index in the `tests:` of the tool. */
export type TestCase = { tool: string; index: number; name: string; steps: TestStep[] };

const CASE_KEYS = ['name', 'steps', 'tool', 'input', 'expect'];
const EXPECT_KEYS = ['success', 'equals', 'contains', 'matches', 'error', 'exit_code', 'schema'];

/** Parses the `tests:` of the tools of a manifest. Throws MANIFEST_INVALID when one has a wrong form. */
export function parseCases(tools: readonly Tool[]): TestCase[] {
  return tools.flatMap((tool) => (tool.tests ?? []).map((test, index) => parseCase(tool.name, test, index)));
}

/** Returns the problems of the `tests:` of one tool, at most one for each test, for `gantz validate`. */
export function reviewTests({ name, tests = [] }: Tool): ProblemInText[] {
  return tests.flatMap((test, index) => {
    try {
      parseCase(name, test, index);
      return [];
    } catch (error) {
      if (!(error instanceof GantzError)) throw error;
      const { message, hint } = error;
      return [{ severity: 'error', test: index, message, ...(hint !== undefined && { hint }) }];
    }
  });
}

function parseCase(tool: string, test: unknown, index: number): TestCase {
  const where = `tests[${index}] of ${tool}`;
  const { name, steps, ...last } = mapOf(test, where, CASE_KEYS);
  if (steps !== undefined && !Array.isArray(steps)) throw invalid(`steps in ${where} must be a list`);
  const parsed = (steps ?? []).map((step: unknown, at: number) =>
    parseStep(tool, mapOf(step, `steps[${at}] in ${where}`, CASE_KEYS), where),
  );
  const own =
    steps === undefined || 'input' in last || 'expect' in last ? [parseStep(tool, last, where)] : [];
  return {
    tool,
    index,
    name: name === undefined ? `test ${index + 1}` : textOf(name, `name in ${where}`),
    steps: [...parsed, ...own],
  };
}

function parseStep(
  tool: string,
  { name, tool: other, input = {}, expect = {} }: Record<string, unknown>,
  where: string,
): TestStep {
  return {
    tool: other === undefined ? tool : textOf(other, `tool in ${where}`),
    input: mapOf(input, `input in ${where}`),
    expect: parseExpectation(mapOf(expect, `expect in ${where}`, EXPECT_KEYS), where),
    ...(name !== undefined && { name: textOf(name, `name in ${where}`) }),
  };
}

function parseExpectation(map: Record<string, unknown>, where: string): Expectation {
  const { success, equals, contains, matches, error, exit_code: exitCode, schema } = map;
  if (success !== undefined && typeof success !== 'boolean')
    throw invalid(`success in ${where} must be true or false`);
  if (exitCode !== undefined && typeof exitCode !== 'number')
    throw invalid(`exit_code in ${where} must be a number`);
  return {
    ...(success !== undefined && { success }),
    ...('equals' in map && { equals }),
    ...('contains' in map && { contains }),
    ...(matches !== undefined && { matches: textOf(matches, `matches in ${where}`) }),
    ...(error !== undefined && { error: textOf(error, `error in ${where}`) }),
    ...(exitCode !== undefined && { exitCode }),
    ...(schema !== undefined && { schema: mapOf(schema, `schema in ${where}`) }),
  };
}

function mapOf(value: unknown, where: string, keys?: readonly string[]): Record<string, unknown> {
  if (!isObject(value)) throw invalid(`${where} must be a map`);
  const unknown = keys && Object.keys(value).find((key) => !keys.includes(key));
  if (keys && unknown !== undefined) {
    const meant = nearest(unknown, keys);
    throw invalid(
      `${where} has an unknown key ${JSON.stringify(unknown)}${meant ? `; did you mean ${meant}?` : ''}`,
    );
  }
  return value;
}

function textOf(value: unknown, where: string): string {
  if (typeof value === 'string' || typeof value === 'number') return String(value);
  throw invalid(`${where} must be text`);
}

function invalid(message: string): GantzError {
  return new GantzError('MANIFEST_INVALID', message, {
    hint: `A test is {name, input, expect: {${EXPECT_KEYS.join(', ')}}}, and may have a list of steps.`,
  });
}
