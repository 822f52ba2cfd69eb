import { GantzError } from '../errors.ts';
import { isObject } from '../json/object.ts';
import type { ProblemInText, Tool } from '../manifest/manifest.ts';
import { nearest } from '../nearest.ts';

/** What a step's answer must be; every condition that is there must hold. */
export type Expectation = {
  success?: boolean;
  /** The result's fields, or the one `result` or `output` that a script or a request gave. */
  equals?: unknown;
  /** Text inside the answer's text; for a list or a map, members that must be there. */
  contains?: unknown;
  /** A regular expression over the answer's text. */
  matches?: string;
  /** A failure code, or a part of the error's sentence. */
  error?: string;
  /** The exit status of the script, else the one that gantz would end with. */
  exitCode?: number;
  /** A JSON Schema of the result's fields. */
  schema?: Record<string, unknown>;
};

/** One call of a test; its `name` lets later steps use its result as `{{steps.name.field}}`. */
export type Step = { name?: string; tool: string; input: Record<string, unknown>; expect: Expectation };

/** One test of one tool: its steps, in order. */
export type Case = { tool: string; name: string; steps: Step[] };

const CASE_KEYS = ['name', 'steps', 'tool', 'input', 'expect'];
const EXPECT_KEYS = ['success', 'equals', 'contains', 'matches', 'error', 'exit_code', 'schema'];

/** The tests that a manifest's tools carry; MANIFEST_INVALID when one is not of the form. */
export function parseCases(tools: readonly Tool[]): Case[] {
  return tools.flatMap((tool) => (tool.tests ?? []).map((test, index) => parseCase(tool.name, test, index)));
}

/** Finds the problems of the tests of one tool. */
export function reviewTests(tool: Tool): ProblemInText[] {
  try {
    parseCases([tool]);
    return [];
  } catch (error) {
    if (!(error instanceof GantzError)) throw error;
    const { message, hint } = error;
    return [{ severity: 'error', message, ...(hint !== undefined && { hint }) }];
  }
}

function parseCase(tool: string, test: unknown, index: number): Case {
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
    name: name === undefined ? `test ${index + 1}` : textOf(name, `name in ${where}`),
    steps: [...parsed, ...own],
  };
}

function parseStep(
  tool: string,
  { name, tool: other, input = {}, expect = {} }: Record<string, unknown>,
  where: string,
): Step {
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
  throw invalid(`${where} must be a text`);
}

function invalid(message: string): GantzError {
  return new GantzError('MANIFEST_INVALID', message, {
    hint: `A test is {name, input, expect: {${EXPECT_KEYS.join(', ')}}}, with steps before it if it needs any.`,
  });
}
