import { annotate } from '../annotations.ts';
import type { CliContext, Define } from '../command.ts';
import { describeProblem } from '../../manifest/diagnose.ts';
import { locateManifest } from '../../manifest/locate.ts';
import type { Problem, ProblemInText, Tool } from '../../contract/manifest.ts';
import { GantzError } from '../../contract/errors.ts';
import { checkManifest, reviewAction } from '../../run/manifests.ts';
import { reviewTests } from '../../tool-tests/case.ts';
import { printSuccess } from '../../contract/print.ts';

type ValidateFlags = { strict?: boolean; json?: boolean };

/** What one file gave. */
type Report = { file: string; tools: number; problems: Problem[] };

/** `gantz validate`: every problem of one or more manifests, with its place; exit 3 when there is an error. */
export const define: Define = (command, context) => {
  command
    .argument('[files...]', 'manifests; without any, the one that a call would use')
    .option('--strict', 'let warnings fail as well')
    .option('--json', 'print the problems as one JSON line')
    .action(async (files: string[], { strict = false, json = false }: ValidateFlags) => {
      const reports: Report[] = [];
      for (const file of files.length > 0 ? files : [undefined]) reports.push(await check(context, file));
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
      if (errors > 0) throw failure(problems, errors);
      if (json)
        printSuccess(context.process, {
          files: reports.map(({ file, tools }) => ({ file, tools })),
          problems,
        });
      else for (const report of reports) context.process.stdout.write(summary(report));
    });
};

async function check({ process, options }: CliContext, file: string | undefined): Promise<Report> {
  const location = locateManifest({
    config: file ?? options.config,
    env: process.env,
    cwd: () => process.cwd(),
  });
  const { manifest, problems } = await checkManifest(location, { review });
  return { file: location.file, tools: manifest?.tools.length ?? 0, problems };
}

async function review(tool: Tool): Promise<ProblemInText[]> {
  return [...(await reviewAction(tool)), ...reviewTests(tool)];
}

/** The answer says how many problems there are, and which; a person reads them on stderr. */
function failure(problems: readonly Problem[], errors: number): GantzError {
  const [first] = problems.filter(({ severity }) => severity === 'error').concat(problems);
  const more = problems.length - 1;
  return new GantzError('MANIFEST_INVALID', first ? describeProblem(first) : 'The manifest is invalid', {
    hint:
      more > 0
        ? `There are ${problems.length} problems, ${errors} of them fail.`
        : (first?.hint ?? 'See the place that it names.'),
    fields: { problems },
  });
}

function summary({ file, tools, problems }: Report): string {
  const count =
    problems.length === 0 ? '' : `, ${problems.length} warning${problems.length === 1 ? '' : 's'}`;
  return `${file}: ok, ${tools} tool${tools === 1 ? '' : 's'}${count}\n`;
}
