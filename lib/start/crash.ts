import { printFailure } from '../contract/print.ts';
import { reasonOf } from '../contract/system-error.ts';
import { safeOutput, withSafeTerminals } from '../contract/terminal.ts';
import { Stdout } from './stdout.ts';

/** Controls what happens after an uncaught error. */
export type CrashHandling = {
  /**
   * After this call, an uncaught error is written to stderr and does not end the process. A server must continue for its
   * other callers when a promise or a timer of one handler fails after its call.
   */
  surviveCrashes: () => void;
  /** After this call, the envelope of an uncaught error is written to the output that `output` returns. It was stdout. */
  reportCrashesOn: (output: () => 'stdout' | 'stderr') => void;
  /** Stdout of the process, whose errors are handled. */
  stdout: Stdout;
};

/**
 * Handles the errors that `main` cannot catch. An uncaught error becomes an INTERNAL envelope and exit status 70. When the
 * reader of stdout has closed its end (`gantz … | head -1`), the process ends without a message.
 */
export function watchForCrashes(process: NodeJS.Process): CrashHandling {
  let survives = false;
  let envelopeOutput: () => 'stdout' | 'stderr' = () => 'stdout';
  // Bound now, because a handler may replace it later.
  const exit = process.exit.bind(process);
  const stdout = new Stdout(process, (error) => {
    // When stdout has no reader, there is nothing left to do.
    if (!isBrokenPipe(error)) {
      process.stderr.write(`Cannot write to stdout: ${reasonOf(error)}\n`);
      process.exitCode = 70;
    }
    exit();
  });
  const safe = withSafeTerminals(process);
  const crash = (error: unknown): void => {
    let envelope = '';
    // When the exit code is set, the envelope has been printed. A second one would break the promise of one line.
    if (process.exitCode === undefined) {
      const { isTTY = false, columns = 0 } = stdout.output;
      const output = safeOutput({ write: (text) => (envelope += text), isTTY, columns }, process.env);
      printFailure(safe, error, envelopeOutput() === 'stdout' ? output : safe.stderr);
    } else {
      safe.stderr.write(`${describe(error)}\n`);
    }
    process.exitCode = 70;
    // The state of the program is unknown, so the process waits only until the text is written.
    process.stderr.write('', () => void stdout.end(envelope).then(() => exit()));
  };
  const onError = (error: unknown): void => {
    // When stderr has no reader, its text is lost. The output on stdout continues.
    if (isBrokenPipe(error)) return;
    if (survives) safe.stderr.write(`Uncaught error: ${describe(error)}\n`);
    else crash(error);
  };
  process.on('uncaughtException', onError);
  process.on('unhandledRejection', onError);
  return {
    surviveCrashes: () => void (survives = true),
    reportCrashesOn: (output) => void (envelopeOutput = output),
    stdout,
  };
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function isBrokenPipe(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EPIPE';
}
