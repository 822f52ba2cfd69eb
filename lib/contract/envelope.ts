import { GantzError, toGantzError, type Failure } from './errors.ts';

/** What an operation gives: the fields of its success envelope beside `success`. */
export type Result = Record<string, unknown>;

export type Success = { success: true } & Result;

/** The one JSON object that a call answers with. */
export type Envelope = Success | Failure;

/** The envelope of a result; `extra` are fields of the interface's own. */
export function success(result: Result, extra?: Result): Success {
  return { success: true, ...result, ...extra };
}

/** The envelope of anything thrown; `extra` are fields of the interface's own. */
export function failure(thrown: unknown, extra?: Result): Failure {
  const { envelope } = toGantzError(thrown);
  return extra ? { ...envelope, ...extra } : envelope;
}

/** An envelope as one line of JSON; a result that JSON cannot say is a failure of its own. */
export function renderEnvelope(envelope: Envelope): string {
  try {
    return JSON.stringify(envelope);
  } catch (cause) {
    return JSON.stringify(
      failure(
        new GantzError('INTERNAL', 'The result cannot be written as JSON', { outcome: 'unknown', cause }),
      ),
    );
  }
}
