import type { Envelope } from '../contract/envelope.ts';
import type { Failure } from '../contract/errors.ts';
import { CODES } from '../contract/errors.ts';
import { equalJson } from '../json/equal.ts';
import { isObject } from '../json/object.ts';
import { describeError } from '../parameters/describe-error.ts';
import { testPattern, type Checkpoint } from '../parameters/patterns.ts';
import { compileValidator } from '../parameters/validator.ts';
import type { Expectation } from './case.ts';

/**
 * Compares an answer with the expectation. Returns one sentence for each condition that fails, and none when the test
 * passes. `checkpoint` ends a long comparison by throwing.
 */
export async function findFailures(
  envelope: Envelope,
  expect: Expectation,
  checkpoint: Checkpoint,
): Promise<string[]> {
  const { success: _, ...fields } = envelope;
  const subject = subjectOf(fields);
  const text = typeof subject === 'string' ? subject : JSON.stringify(subject);
  const failures: string[] = [];
  const expectsFailure =
    expect.error !== undefined || (expect.exitCode !== undefined && expect.exitCode !== 0);
  if (envelope.success !== (expect.success ?? !expectsFailure)) {
    failures.push(
      envelope.success
        ? `succeeded with ${shorten(fields)}`
        : `failed with ${envelope.code}: ${envelope.error}`,
    );
  }
  if ('equals' in expect && !equalJson(expect.equals, fields) && !equalJson(expect.equals, subject)) {
    const isStructure = typeof expect.equals === 'object' && expect.equals !== null;
    failures.push(`gave ${shorten(isStructure ? fields : subject)}, not ${shorten(expect.equals)}`);
  }
  if ('contains' in expect && !contains(subject, expect.contains) && !contains(fields, expect.contains)) {
    failures.push(`gave ${shorten(subject)}, which does not contain ${shorten(expect.contains)}`);
  }
  if (expect.matches !== undefined && !(await testPattern(expect.matches, text, checkpoint))) {
    failures.push(`gave ${shorten(subject)}, which does not match /${expect.matches}/`);
  }
  if (
    expect.error !== undefined &&
    (envelope.success || !hasError(envelope, expect.error)) &&
    failures.length === 0
  ) {
    failures.push(`failed, but not with ${expect.error}: ${shorten(fields)}`);
  }
  if (expect.exitCode !== undefined && exitCodeOf(envelope) !== expect.exitCode) {
    failures.push(`ended with ${exitCodeOf(envelope)}, not ${expect.exitCode}`);
  }
  if (expect.schema) {
    const validate = await compileValidator(expect.schema);
    for (const error of (await validate(fields, checkpoint)) ?? []) {
      const { path, message } = describeError(error);
      failures.push(`${path || 'the result'} ${message}`);
    }
  }
  return failures;
}

/**
 * Returns the value that most conditions apply to: the field `result` or `output` of a script or an HTTP request, else
 * all fields.
 */
function subjectOf(fields: Record<string, unknown>): unknown {
  if ('result' in fields) return fields['result'];
  return 'output' in fields ? fields['output'] : fields;
}

function contains(actual: unknown, expected: unknown): boolean {
  if (typeof expected === 'string')
    return (typeof actual === 'string' ? actual : JSON.stringify(actual)).includes(expected);
  if (Array.isArray(expected)) {
    return (
      Array.isArray(actual) && expected.every((item) => actual.some((candidate) => contains(candidate, item)))
    );
  }
  if (isObject(expected)) {
    if (!isObject(actual)) return false;
    return Object.entries(expected).every(
      ([key, value]) => Object.hasOwn(actual, key) && matchesMember(actual[key], value),
    );
  }
  return equalJson(actual, expected);
}

/** Compares a member of a map. Text must be equal; a map may have more members. */
function matchesMember(actual: unknown, expected: unknown): boolean {
  return typeof expected === 'string' ? actual === expected : contains(actual, expected);
}

function hasError(envelope: Failure, error: string): boolean {
  return envelope.code === error || envelope.error.includes(error);
}

function exitCodeOf(envelope: Envelope): number {
  if (typeof envelope['exit_code'] === 'number') return envelope['exit_code'];
  return envelope.success ? 0 : CODES[(envelope as { code: keyof typeof CODES }).code].exit;
}

function shorten(value: unknown): string {
  const text = value === undefined ? 'nothing' : JSON.stringify(value);
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
}
