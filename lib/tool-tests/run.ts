import { failure as failureOf, success, type Envelope } from '../contract/envelope.ts';
import type { Runner } from '../run/runner.ts';
import type { TestCase, TestStep } from './case.ts';
import { findFailures } from './expect.ts';

/**
 * The result of one test. `failures` has a sentence for each condition that failed; it is empty when the test passed.
 */
export type TestResult = { tool: string; name: string; milliseconds: number; failures: string[] };

/** Runs tests one after the other, and yields the result of each. Throws the reason of the signal when it aborts. */
export async function* runCases(
  runner: Runner,
  cases: readonly TestCase[],
  signal: AbortSignal,
): AsyncGenerator<TestResult> {
  for (const { tool, name, steps } of cases) {
    const startedAt = performance.now();
    const failures = await runSteps(runner, steps, signal);
    yield { tool, name, milliseconds: Math.round(performance.now() - startedAt), failures };
  }
}

async function runSteps(runner: Runner, steps: readonly TestStep[], signal: AbortSignal): Promise<string[]> {
  const results = new Map<string, Envelope>();
  for (const [index, { name, tool, input, expect }] of steps.entries()) {
    const envelope = await runStep(runner, tool, insertResults(input, results), signal);
    signal.throwIfAborted();
    const failures = await findFailures(envelope, expect);
    if (failures.length > 0)
      return failures.map((failure) =>
        steps.length > 1 ? `step ${name ?? index + 1} (${tool}) ${failure}` : failure,
      );
    if (name !== undefined) results.set(name, envelope);
  }
  return [];
}

async function runStep(
  runner: Runner,
  name: string,
  input: Record<string, unknown>,
  signal: AbortSignal,
): Promise<Envelope> {
  try {
    return success(await runner.call(runner.find(name), input, { signal }));
  } catch (error) {
    return failureOf(error);
  }
}

/**
 * Inserts the results of earlier steps. A text that is exactly `{{steps.<name>.<field>}}` becomes the value of the
 * field. Inside a longer text, the value is inserted as text.
 */
function insertResults(
  input: Record<string, unknown>,
  results: ReadonlyMap<string, Envelope>,
): Record<string, unknown> {
  return Object.fromEntries(Object.entries(input).map(([key, value]) => [key, insertInto(value, results)]));
}

function insertInto(value: unknown, results: ReadonlyMap<string, Envelope>): unknown {
  if (Array.isArray(value)) return value.map((item) => insertInto(item, results));
  if (typeof value === 'object' && value !== null)
    return insertResults(value as Record<string, unknown>, results);
  if (typeof value !== 'string') return value;
  const whole = /^\{\{\s*steps\.([^{}]+?)\s*\}\}$/.exec(value);
  if (whole?.[1] !== undefined) return lookUp(whole[1], results);
  return value.replace(/\{\{\s*steps\.([^{}]+?)\s*\}\}/g, (_, path: string) => {
    const found = lookUp(path, results);
    return typeof found === 'string' ? found : JSON.stringify(found);
  });
}

function lookUp(path: string, results: ReadonlyMap<string, Envelope>): unknown {
  const [name = '', ...fields] = path.split('.');
  let value: unknown = results.get(name);
  for (const field of fields) {
    value =
      typeof value === 'object' && value !== null && Object.hasOwn(value, field)
        ? (value as Record<string, unknown>)[field]
        : undefined;
  }
  return value ?? null;
}
