import { failure, renderEnvelope, success, type Envelope, type Result } from './envelope.ts';
import { CODES, toGantzError } from './errors.ts';
import type { Process } from './process.ts';

/** Prints the envelope of a result as one line on stdout and sets the exit status 0. */
export function printSuccess(process: Process, result: Result): void {
  print(process, success(result));
  process.exitCode = 0;
}

/** Prints the envelope of a failure as one line on stdout and sets the exit status of its code. */
export function printFailure(process: Process, thrown: unknown): void {
  const error = toGantzError(thrown);
  print(process, failure(error));
  process.exitCode = CODES[error.code].exit;
  if (process.env['GANTZ_DEBUG'] && error.code === 'INTERNAL') {
    const { cause } = error;
    process.stderr.write(`${cause instanceof Error ? (cause.stack ?? cause.message) : String(cause)}\n`);
  }
}

function print(process: Process, envelope: Envelope): void {
  process.stdout.write(`${renderEnvelope(envelope)}\n`);
}
