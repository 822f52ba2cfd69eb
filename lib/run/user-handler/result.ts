import type { Result } from '../../envelope.ts';
import { CODES, GantzError, type Code, type Outcome } from '../../errors.ts';

const OUTCOMES: readonly unknown[] = ['none', 'applied', 'unknown'] satisfies Outcome[];

/**
 * The result that a handler's JSON value stands for: an object gives its fields, anything else is `result`. An object
 * with a boolean `success` is an envelope of its own, and a `false` there is thrown as the failure that it tells of.
 */
export function resultOf(value: unknown): Result {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return { result: value };
  if (!Object.hasOwn(value, 'success')) return { ...value };
  const { success, ...fields } = value as Record<string, unknown>;
  if (success === true) return fields;
  if (success === false) throw failureOf(fields);
  return { result: value };
}

function failureOf({ error, outcome, retryable, hint, ...fields }: Record<string, unknown>): GantzError {
  const { code } = fields;
  return new GantzError(isCode(code) ? code : 'HANDLER_FAILED', message(error), {
    outcome: OUTCOMES.includes(outcome) ? (outcome as Outcome) : 'unknown',
    ...(typeof retryable === 'boolean' && { retryable }),
    ...(typeof hint === 'string' && { hint }),
    // A code of the handler's own stands in the envelope as it is; the exit status is that of HANDLER_FAILED.
    fields: typeof code === 'string' ? fields : { ...fields, code: 'HANDLER_FAILED' },
  });
}

function message(error: unknown): string {
  if (error === undefined || error === null || error === '')
    return 'The handler reported a failure without an error';
  return typeof error === 'string' ? error : JSON.stringify(error);
}

function isCode(code: unknown): code is Code {
  return typeof code === 'string' && Object.hasOwn(CODES, code);
}
