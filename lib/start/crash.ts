import { printFailure } from '../contract/print.ts';
import type { Process } from '../contract/process.ts';

/** How a process goes on after an error that nobody caught. */
export type CrashHandling = {
  /**
   * From now on such an error is written to stderr and does not end the process. A server goes on for its other callers
   * when the handler of one call leaves a promise or a timer behind that fails.
   */
  surviveCrashes: () => void;
};

/**
 * Turns an error that nobody caught into the one envelope and exit status 70, and ends the process quietly when the
 * reader of its stdout has gone (`gantz … | head -1`). `main` sees neither.
 */
export function watchForCrashes(process: NodeJS.Process): CrashHandling {
  let survives = false;
  // Taken now: a server and a handler replace both while they run.
  const write = process.stdout.write.bind(process.stdout);
  const exit = process.exit.bind(process);
  const crash = (error: unknown): void => {
    // After an answer a second one would break the promise of one line.
    if (process.exitCode === undefined) {
      printFailure(Object.create(process, { stdout: { value: { write } } }) as Process, error);
    } else {
      process.stderr.write(`${describe(error)}\n`);
    }
    process.exitCode = 70;
    // The state of the program is unknown now: only what was written is waited for.
    write('', () => exit());
  };
  const onError = (error: unknown): void => {
    // Without a reader of stderr its text is lost; stdout goes on.
    if (isBrokenPipe(error)) return;
    if (survives) process.stderr.write(`An error that nobody caught: ${describe(error)}\n`);
    else crash(error);
  };
  process.stdout.on('error', (error) => {
    // Without a reader of stdout there is nothing left to do.
    if (isBrokenPipe(error)) exit();
    else crash(error);
  });
  process.on('uncaughtException', onError);
  process.on('unhandledRejection', onError);
  return { surviveCrashes: () => void (survives = true) };
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function isBrokenPipe(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EPIPE';
}
