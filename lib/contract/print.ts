import { failure, renderEnvelope, success, type Envelope, type Result } from './envelope.ts';
import { CODES, toGantzError } from './errors.ts';
import type { Output, Process } from './process.ts';
import { styled, writePainted } from './terminal.ts';

/**
 * Prints the envelope of a result on stdout or another output, and sets the exit status 0. It is one line, or several on a
 * terminal.
 */
export function printSuccess(process: Process, result: Result, output: Output = process.stdout): void {
  print(process, output, success(result));
  process.exitCode = 0;
}

/** Prints the envelope of a failure, on stdout or another output, and sets its exit status. */
export function printFailure(process: Process, thrown: unknown, output: Output = process.stdout): void {
  const error = toGantzError(thrown);
  print(process, output, failure(error));
  process.exitCode = CODES[error.code].exit;
  if (process.env['GANTZ_DEBUG'] && error.code === 'INTERNAL') {
    const { cause } = error;
    process.stderr.write(`${cause instanceof Error ? (cause.stack ?? cause.message) : String(cause)}\n`);
  }
}

function print({ env }: Process, output: Output, envelope: Envelope): void {
  // FORCE_COLOR has no effect on an envelope that a program reads.
  if (output.isTTY) writePainted(output, env, `${renderEnvelope(envelope, 2)}\n`, paintJson);
  else output.write(`${renderEnvelope(envelope)}\n`);
}

/** A string with the colon of a member after it, or another scalar. A loop without alternatives needs little of the stack. */
const TOKEN = /("[^"\\]*(?:\\.[^"\\]*)*")(:?)|[-\w.+]+/g;

function paintJson(text: string): string {
  return text.replace(TOKEN, (token, string: string | undefined, colon: string) => {
    if (string === undefined) return styled(/^[tfn]/.test(token) ? 'magenta' : 'yellow', token);
    return colon ? `${styled('cyan', string)}:` : styled('green', string);
  });
}
