import { GantzError, toGantzError, type Failure } from './errors.ts';

/** The result of an operation: the fields of its success envelope beside `success`. */
export type Result = Record<string, unknown>;

export type Success = { success: true } & Result;

/** The JSON object that a call prints. */
export type Envelope = Success | Failure;

/** Returns the envelope of a result; `extra` holds fields that the interface adds. */
export function success(result: Result, extra?: Result): Success {
  return { success: true, ...result, ...extra };
}

/** Returns the envelope of a thrown value; `extra` holds fields that the interface adds. */
export function failure(thrown: unknown, extra?: Result): Failure {
  const { envelope } = toGantzError(thrown);
  return extra ? { ...envelope, ...extra } : envelope;
}

/**
 * Renders an envelope as JSON: one line, or lines indented by `indent` spaces for each level. A result that cannot be
 * written as JSON becomes the failure INTERNAL.
 */
export function renderEnvelope(envelope: Envelope, indent?: number): string {
  try {
    return JSON.stringify(envelope, undefined, indent);
  } catch (cause) {
    return JSON.stringify(
      failure(
        new GantzError('INTERNAL', 'The result cannot be written as JSON', { outcome: 'unknown', cause }),
      ),
      undefined,
      indent,
    );
  }
}
