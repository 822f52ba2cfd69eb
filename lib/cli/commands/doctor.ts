import { GantzError } from '../../contract/errors.ts';
import { printSuccess } from '../../contract/print.ts';
import { styled, writePainted } from '../../contract/terminal.ts';
import { amount } from '../../redis/doctor/checks.ts';
import type { CheckResult, Diagnosis } from '../../redis/doctor/examine.ts';
import { loadCatalogue, openRunnerFor } from '../../run/open.ts';
import type { CliContext, Define } from '../command.ts';
import { commandDeadline } from '../deadline.ts';

const HELP = `
It changes nothing on the server. What the user may not read is "skipped".

Exit status: 0 no check failed, also with warnings; 1 a check failed, which includes a server that cannot be reached.`;

/** `gantz doctor`: checks the Redis that the tools of the manifest use, and prints what it is and which risks it has. */
export const define: Define = (command, context) => {
  command
    .option('--json', 'print the result as one JSON line')
    .addHelpText('after', HELP)
    .action(async ({ json = false }: { json?: boolean }) => {
      const runner = openRunnerFor(context, await loadCatalogue(context), 'one-shot');
      try {
        const options = { deadline: commandDeadline(context), signal: context.signal, readOnly: true };
        report(context, await runner.redis().examine(options), json);
      } finally {
        await runner.close();
      }
    });
};

/** Prints the result and sets the exit status. Throws CHECK_FAILED for JSON when a check failed. */
function report({ process }: CliContext, diagnosis: Diagnosis, json: boolean): void {
  const { checks } = diagnosis;
  const failed = checks.filter(({ status }) => status === 'failure');
  if (json) {
    if (failed.length > 0) throw checkFailed(diagnosis, failed);
    printSuccess(process, diagnosis);
    return;
  }
  const width = Math.max(...checks.map(({ name }) => name.length));
  const lines = checks.map(({ name, status, message, hint }) => {
    const left = `${status.padEnd('failure'.length)}  ${name.padEnd(width)}  `;
    return `${left}${message}\n${hint === undefined ? '' : `${' '.repeat(left.length)}${hint}\n`}`;
  });
  const count = (wanted: CheckResult['status']): number =>
    checks.filter(({ status }) => status === wanted).length;
  const counts = [`${count('ok')} ok`, amount(count('warning'), 'warning'), amount(failed.length, 'failure')];
  const summary = `${counts.join(', ')}, ${count('skipped')} skipped\n`;
  writePainted(process.stdout, process.env, `${lines.join('')}\n${summary}`, paint);
  process.exitCode = failed.length > 0 ? 1 : 0;
}

function checkFailed({ server, checks }: Diagnosis, failed: readonly CheckResult[]): GantzError {
  const [first] = failed;
  return new GantzError(
    'CHECK_FAILED',
    `${failed.length} of ${checks.length} checks failed: ${first?.message ?? ''}`,
    {
      hint: first?.hint ?? 'See "checks".',
      fields: { ...(server && { server }), checks },
    },
  );
}

/** Colours the status of each check, and the counts unless they are 0. */
function paint(text: string): string {
  return text
    .replace(/^ok(?= {2})|\b[1-9]\d* ok(?=,)/gm, (found) => styled('green', found))
    .replace(/^warning(?= {2})|\b[1-9]\d* warnings?(?=, \d+ failure)/gm, (found) => styled('yellow', found))
    .replace(/^failure(?= {2})|\b[1-9]\d* failures?(?=, \d+ skipped)/gm, (found) =>
      styled(['bold', 'red'], found),
    );
}
