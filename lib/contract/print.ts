import { failure, renderEnvelope, success, type Envelope, type Result } from './envelope.ts';
import { CODES, toGantzError } from './errors.ts';
import type { Output, Process } from './process.ts';

/** Prints the envelope of a result as one line, on stdout or another output, and sets the exit status 0. */
export function printSuccess(process: Process, result: Result, output: Output = process.stdout): void {
  print(output, success(result));
  process.exitCode = 0;
}

/** Prints the envelope of a failure as one line, on stdout or another output, and sets its exit status. */
export function printFailure(process: Process, thrown: unknown, output: Output = process.stdout): void {
  const error = toGantzError(thrown);
  print(output, failure(error));
  process.exitCode = CODES[error.code].exit;
  if (process.env['GANTZ_DEBUG'] && error.code === 'INTERNAL') {
    const { cause } = error;
    process.stderr.write(`${cause instanceof Error ? (cause.stack ?? cause.message) : String(cause)}\n`);
  }
}

function print(output: Output, envelope: Envelope): void {
  output.write(`${renderEnvelope(envelope)}\n`);
}
