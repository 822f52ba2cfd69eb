import { isDeepStrictEqual } from 'node:util';
import type { Envelope } from '../envelope.ts';
import type { Failure } from '../errors.ts';
import { CODES } from '../errors.ts';
import { describeError } from '../parameters/describe-error.ts';
import { compileValidator } from '../parameters/validator.ts';
import type { Expectation } from './case.ts';

/** Why an answer is not what was expected, one sentence each; none when it is. */
export async function complaints(envelope: Envelope, expect: Expectation): Promise<string[]> {
  const { success: _, ...fields } = envelope;
  const subject = subjectOf(fields);
  const text = typeof subject === 'string' ? subject : JSON.stringify(subject);
  const found: string[] = [];
  const wantsFailure = expect.error !== undefined || (expect.exitCode !== undefined && expect.exitCode !== 0);
  if (envelope.success !== (expect.success ?? !wantsFailure)) {
    found.push(
      envelope.success ? `succeeded with ${show(fields)}` : `failed with ${envelope.code}: ${envelope.error}`,
    );
  }
  if (
    'equals' in expect &&
    !isDeepStrictEqual(expect.equals, fields) &&
    !isDeepStrictEqual(expect.equals, subject)
  ) {
    const whole = typeof expect.equals === 'object' && expect.equals !== null;
    found.push(`gave ${show(whole ? fields : subject)}, not ${show(expect.equals)}`);
  }
  if ('contains' in expect && !contains(subject, expect.contains) && !contains(fields, expect.contains)) {
    found.push(`gave ${show(subject)}, which does not contain ${show(expect.contains)}`);
  }
  if (expect.matches !== undefined && !new RegExp(expect.matches, 'u').test(text)) {
    found.push(`gave ${show(subject)}, which does not match /${expect.matches}/`);
  }
  if (
    expect.error !== undefined &&
    (envelope.success || !names(envelope, expect.error)) &&
    found.length === 0
  ) {
    found.push(`failed otherwise than with ${expect.error}: ${show(fields)}`);
  }
  if (expect.exitCode !== undefined && exitCodeOf(envelope) !== expect.exitCode) {
    found.push(`ended with ${exitCodeOf(envelope)}, not ${expect.exitCode}`);
  }
  if (expect.schema) {
    const validate = await compileValidator(expect.schema);
    for (const error of validate(fields) ?? []) {
      const { path, message } = describeError(error);
      found.push(`${path || 'the result'} ${message}`);
    }
  }
  return found;
}

/** What a test speaks of: the one `result` or `output` of a script or a request, else all fields. */
function subjectOf(fields: Record<string, unknown>): unknown {
  if ('result' in fields) return fields['result'];
  return 'output' in fields ? fields['output'] : fields;
}

function contains(actual: unknown, wanted: unknown): boolean {
  if (typeof wanted === 'string')
    return (typeof actual === 'string' ? actual : JSON.stringify(actual)).includes(wanted);
  if (Array.isArray(wanted)) {
    return (
      Array.isArray(actual) && wanted.every((item) => actual.some((candidate) => contains(candidate, item)))
    );
  }
  if (typeof wanted === 'object' && wanted !== null) {
    if (typeof actual !== 'object' || actual === null || Array.isArray(actual)) return false;
    return Object.entries(wanted).every(
      ([key, value]) =>
        Object.hasOwn(actual, key) && matchesMember((actual as Record<string, unknown>)[key], value),
    );
  }
  return isDeepStrictEqual(actual, wanted);
}

/** Members are compared whole, but for maps, which may hold more. */
function matchesMember(actual: unknown, wanted: unknown): boolean {
  return typeof wanted === 'string' ? actual === wanted : contains(actual, wanted);
}

function names(envelope: Failure, error: string): boolean {
  return envelope.code === error || envelope.error.includes(error);
}

function exitCodeOf(envelope: Envelope): number {
  if (typeof envelope['exit_code'] === 'number') return envelope['exit_code'];
  return envelope.success ? 0 : CODES[(envelope as { code: keyof typeof CODES }).code].exit;
}

function show(value: unknown): string {
  const text = value === undefined ? 'nothing' : JSON.stringify(value);
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
}
