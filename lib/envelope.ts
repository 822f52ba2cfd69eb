import { toGantzError, type Code, type Detail, type Outcome } from './errors.ts';

/** What an operation gives: the fields of its success envelope beside `success`. */
export type Result = Record<string, unknown>;

export type Success = { success: true } & Result;

export type Failure = {
  success: false;
  error: string;
  code: Code;
  retryable: boolean;
  outcome: Outcome;
  hint?: string;
  details?: readonly Detail[];
} & Result;

/** The one JSON object that a call answers with. */
export type Envelope = Success | Failure;

/** The envelope of a result. */
export function success(result: Result): Success {
  return { success: true, ...result };
}

/** The envelope of anything thrown. */
export function failure(thrown: unknown): Failure {
  const { message, code, retryable, outcome, hint, details, fields } = toGantzError(thrown);
  return {
    success: false,
    error: message,
    code,
    retryable,
    outcome,
    ...(hint !== undefined && { hint }),
    ...(details && { details }),
    ...fields,
  };
}
