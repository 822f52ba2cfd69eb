import type { Origin } from '../contract/call.ts';
import { failure as failureOf, success, type Envelope } from '../contract/envelope.ts';
import { GantzError } from '../contract/errors.ts';
import { needsRedis } from '../run/kinds.ts';
import type { Runner } from '../run/runner.ts';
import type { TestCase, TestStep } from './case.ts';
import { findFailures } from './expect.ts';

const ORIGIN: Origin = { interface: 'test' };

/** The result of one test. */
export type TestResult = {
  tool: string;
  /** The index of the test in the `tests:` of the tool. */
  index: number;
  name: string;
  milliseconds: number;
  /** A sentence for each condition that failed; empty when the test passed. */
  failures: string[];
  /** What handlers printed and the notices of gantz while the test ran. */
  printed: string;
};

export type RunOptions = {
  /** Ends the run. */
  signal: AbortSignal;
  /** Collects what handlers print. The notices of the runner belong into the same list. The run empties it. */
  printed: string[];
};

/**
 * Runs tests one after the other, and yields the result of each. Throws the reason of the signal when it aborts, and
 * REDIS_UNAVAILABLE, REDIS_AUTH or REDIS_NOT_INSTALLED when a Redis tool fails with it and the test does not expect that:
 * the tests after it would fail in the same way.
 */
export async function* runCases(
  runner: Runner,
  cases: readonly TestCase[],
  options: RunOptions,
): AsyncGenerator<TestResult> {
  for (const { tool, index, name, steps } of cases) {
    const startedAt = performance.now();
    const failures = await runSteps(runner, steps, options);
    const milliseconds = Math.round(performance.now() - startedAt);
    yield { tool, index, name, milliseconds, failures, printed: options.printed.splice(0).join('') };
  }
}

/** Returns true for a failure that says that Redis cannot be used. */
export function isRedisGone(error: unknown): error is GantzError {
  return (
    error instanceof GantzError &&
    ['REDIS_UNAVAILABLE', 'REDIS_AUTH', 'REDIS_NOT_INSTALLED'].includes(error.code)
  );
}

async function runSteps(runner: Runner, steps: readonly TestStep[], options: RunOptions): Promise<string[]> {
  const results = new Map<string, Envelope>();
  for (const [index, { name, tool, input, expect }] of steps.entries()) {
    const step = { tool, input: insertResults(input, results), expect };
    const envelope = await runStep(runner, step, options);
    options.signal.throwIfAborted();
    const failures = await findFailures(envelope, expect, () => options.signal.throwIfAborted());
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
  { tool: name, input, expect }: TestStep,
  { signal, printed }: RunOptions,
): Promise<Envelope> {
  const print = (text: string): void => void printed.push(text);
  try {
    return success(
      await runner.call(runner.find(name), input, { signal, print, confirm: true, origin: ORIGIN }),
    );
  } catch (error) {
    if (expect.error === undefined && isRedisGone(error) && needsRedis(runner.find(name))) throw error;
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
