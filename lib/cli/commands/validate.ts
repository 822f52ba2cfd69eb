import { annotate } from '../annotations.ts';
import type { CliContext, Define } from '../command.ts';
import { describeProblem } from '../../manifest/diagnose.ts';
import { locateManifest } from '../../manifest/locate.ts';
import type { Problem } from '../../contract/manifest.ts';
import { GantzError } from '../../contract/errors.ts';
import { checkManifest } from '../../run/manifests.ts';
import { reviewTool } from '../../tool-tests/review.ts';
import { printSuccess } from '../../contract/print.ts';
import { styled, writePainted } from '../../contract/terminal.ts';

type ValidateFlags = { strict?: boolean; json?: boolean };

/** The result of checking one file. */
type Report = { file: string; tools: number; problems: Problem[] };

/**
 * `gantz validate`: prints every problem of one or more manifests, with its position. Throws MANIFEST_INVALID for an error, and
 * MANIFEST_NOT_FOUND for a file that cannot be read, after all others are checked.
 */
export const define: Define = (command, context) => {
  command
    .argument('[files...]', 'the manifests (default: the one that a call uses)')
    .option('--strict', 'treat warnings as errors')
    .option('--json', 'print the problems as one JSON line')
    .action(async (files: string[], { strict = false, json = false }: ValidateFlags) => {
      const reports: Report[] = [];
      const missing: GantzError[] = [];
      for (const file of files.length > 0 ? files : [undefined]) {
        try {
          reports.push(await check(context, file));
        } catch (error) {
          if (!isMissing(error)) throw error;
          missing.push(error);
        }
      }
      const problems = reports.flatMap((report) => report.problems);
      const errors = problems.filter(({ severity }) => strict || severity === 'error').length;
      if (!json) for (const problem of problems) context.notice(`${describeProblem(problem)}\n`);
      annotate(
        context,
        'gantz validate',
        problems.map(({ severity, message, hint, ...place }) => ({
          severity: strict ? 'error' : severity,
          message: hint === undefined ? message : `${message}\n${hint}`,
          place,
        })),
      );
      const [first] = missing;
      if (first || errors > 0) {
        // stdout is the envelope of the failure, so the other results are written to stderr.
        if (!json && files.length > 1) {
          for (const report of reports)
            if (report.problems.length === 0) context.notice(summary(report).trimEnd());
          for (const error of missing) context.notice(`${error.message}\n`);
        }
        throw first ? withProblems(first, problems) : failure(problems, errors);
      }
      if (json)
        printSuccess(context.process, {
          files: reports.map(({ file, tools }) => ({ file, tools })),
          problems,
        });
      else {
        const { stdout, env } = context.process;
        for (const report of reports) writePainted(stdout, env, summary(report), paintSummary);
      }
    });
};

function isMissing(error: unknown): error is GantzError {
  return error instanceof GantzError && error.code === 'MANIFEST_NOT_FOUND';
}

/** Returns the failure for a manifest that cannot be read, with the problems of the others. */
function withProblems({ code, message, hint }: GantzError, problems: readonly Problem[]): GantzError {
  return new GantzError(code, message, { ...(hint !== undefined && { hint }), fields: { problems } });
}

async function check({ process, options }: CliContext, file: string | undefined): Promise<Report> {
  const location = locateManifest({
    config: file ?? options.config,
    ...(file !== undefined && { by: 'argument' as const }),
    env: process.env,
    cwd: () => process.cwd(),
  });
  const { manifest, problems } = await checkManifest(location, { review: reviewTool });
  return { file: location.file, tools: manifest?.tools.length ?? 0, problems };
}

/** Returns the failure for a manifest with errors: the first error as its message, and all problems in `problems`. */
function failure(problems: readonly Problem[], errors: number): GantzError {
  const [first] = problems.filter(({ severity }) => severity === 'error').concat(problems);
  const more = problems.length - 1;
  return new GantzError('MANIFEST_INVALID', first ? describeProblem(first) : 'The manifest is invalid', {
    hint:
      more > 0
        ? `There are ${problems.length} problems; ${errors} of them ${errors === 1 ? 'counts as an error' : 'count as errors'}.`
        : (first?.hint ?? 'Correct the manifest at this position.'),
    fields: { problems },
  });
}

function summary({ file, tools, problems }: Report): string {
  const count =
    problems.length === 0 ? '' : `, ${problems.length} warning${problems.length === 1 ? '' : 's'}`;
  return `${file}: ok, ${tools} tool${tools === 1 ? '' : 's'}${count}\n`;
}

function paintSummary(text: string): string {
  return text
    .replace(/(?<=: )ok(?=, \d+ tools?\b)/, (ok) => styled('green', ok))
    .replace(/\d+ warnings?$/m, (warnings) => styled('yellow', warnings));
}
