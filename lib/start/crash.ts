import { answerFailure } from '../contract/print.ts';
import type { Process } from '../contract/process.ts';

let survives = false;

/**
 * From now on an error that nobody caught is told on stderr and ends nothing: a server goes on for the others when the
 * handler of one call leaves a promise or a timer behind that fails.
 */
export function surviveCrashes(): void {
  survives = true;
}

/**
 * Gives a real process what main cannot see: an error that nobody caught becomes the one envelope and exit status 70, and
 * a reader of stdout that has gone (`gantz … | head -1`) ends the process quietly.
 */
export function watchForCrashes(process: NodeJS.Process): void {
  // Where the error comes from a handler, both do something else than here.
  const write = process.stdout.write.bind(process.stdout);
  const exit = process.exit.bind(process);
  const crash = (error: unknown): void => {
    // With an answer already given, a second one would break the promise of one line.
    if (process.exitCode === undefined) {
      answerFailure(Object.create(process, { stdout: { value: { write } } }) as Process, error);
    } else {
      process.stderr.write(`${describe(error)}\n`);
    }
    process.exitCode = 70;
    // What is still open belongs to a program in an unknown state; only what was written is waited for.
    write('', () => exit());
  };
  const onError = (error: unknown): void => {
    // A reader of stderr that has gone misses what it did not want; stdout goes on.
    if (isBrokenPipe(error)) return;
    if (survives) process.stderr.write(`An error that nobody caught: ${describe(error)}\n`);
    else crash(error);
  };
  process.stdout.on('error', (error) => {
    // Without stdout there is nothing to go on for.
    if (isBrokenPipe(error)) exit();
    else crash(error);
  });
  process.on('uncaughtException', onError);
  process.on('unhandledRejection', onError);
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function isBrokenPipe(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EPIPE';
}
