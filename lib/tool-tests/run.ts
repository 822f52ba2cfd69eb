import { failure, success, type Envelope } from '../envelope.ts';
import type { Runner } from '../run/runner.ts';
import type { Case, Step } from './case.ts';
import { complaints } from './expect.ts';

/** How one test went: `complaints` is empty when it passed. */
export type Verdict = { tool: string; name: string; milliseconds: number; complaints: string[] };

/** Runs tests one after the other, giving each verdict as it comes. */
export async function* runCases(
  runner: Runner,
  cases: readonly Case[],
  signal: AbortSignal,
): AsyncGenerator<Verdict> {
  for (const { tool, name, steps } of cases) {
    const startedAt = performance.now();
    const found = await runSteps(runner, steps, signal);
    yield { tool, name, milliseconds: Math.round(performance.now() - startedAt), complaints: found };
  }
}

async function runSteps(runner: Runner, steps: readonly Step[], signal: AbortSignal): Promise<string[]> {
  const results = new Map<string, Envelope>();
  for (const [index, { name, tool, input, expect }] of steps.entries()) {
    const envelope = await runStep(runner, tool, fill(input, results), signal);
    signal.throwIfAborted();
    const found = await complaints(envelope, expect);
    if (found.length > 0)
      return found.map((complaint) =>
        steps.length > 1 ? `step ${name ?? index + 1} (${tool}) ${complaint}` : complaint,
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
    return failure(error);
  }
}

/** Puts earlier results in: a text that is wholly `{{steps.name.field}}` becomes that value, a part of a text its text. */
function fill(
  input: Record<string, unknown>,
  results: ReadonlyMap<string, Envelope>,
): Record<string, unknown> {
  return Object.fromEntries(Object.entries(input).map(([key, value]) => [key, fillValue(value, results)]));
}

function fillValue(value: unknown, results: ReadonlyMap<string, Envelope>): unknown {
  if (Array.isArray(value)) return value.map((item) => fillValue(item, results));
  if (typeof value === 'object' && value !== null) return fill(value as Record<string, unknown>, results);
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
