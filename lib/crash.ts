import { answerFailure } from './cli/answer.ts';

/**
 * Gives a real process what main cannot see: an error that nobody caught becomes the one envelope and exit status 70, and
 * a reader of stdout that has gone (`gantz … | head -1`) ends the process quietly.
 */
export function watchForCrashes(process: NodeJS.Process): void {
  const onError = (error: unknown): void => {
    if (error === process.stderr.errored && isBrokenPipe(error)) return;
    if (error === process.stdout.errored && isBrokenPipe(error)) process.exit();
    // With an answer already given, a second one would break the promise of one line.
    if (process.exitCode === undefined) answerFailure(process, error);
    else process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exitCode = 70;
    // What is still open belongs to a program in an unknown state; only what was written is waited for.
    process.stdout.write('', () => process.exit());
  };
  process.on('uncaughtException', onError);
  process.on('unhandledRejection', onError);
}

function isBrokenPipe(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EPIPE';
}
