import type { CliContext, Define } from '../command.ts';
import { describeProblem } from '../../manifest/diagnose.ts';
import { checkManifest } from '../../manifest/load.ts';
import { locateManifest } from '../../manifest/locate.ts';
import type { LintProblem } from '../../manifest/lint.ts';
import type { Problem, Tool } from '../../manifest/manifest.ts';
import { GantzError } from '../../errors.ts';
import { reviewAction } from '../../run/review/review.ts';
import { reviewTests } from '../../tool-tests/case.ts';
import { printSuccess } from '../../contract/print.ts';

type ValidateFlags = { strict?: boolean; json?: boolean };

/** The result of one file. */
type Report = { file: string; tools: number; problems: Problem[] };

/** `gantz validate`: every problem of one or more manifests, with its place; exit 3 when there is an error. */
export const define: Define = (command, context) => {
  command
    .argument('[files...]', 'manifests; without any, the one that a call would use')
    .option('--strict', 'let warnings fail as well')
    .option('--json', 'print the problems as one JSON line')
    .action(async (files: string[], { strict = false, json = false }: ValidateFlags) => {
      const reports: Report[] = [];
      for (const file of files.length > 0 ? files : [undefined]) reports.push(await review(context, file));
      const problems = reports.flatMap((report) => report.problems);
      const errors = problems.filter(({ severity }) => strict || severity === 'error').length;
      if (!json) for (const problem of problems) context.notice(`${describeProblem(problem)}\n`);
      if (errors > 0) throw failure(problems, errors);
      if (json)
        printSuccess(context.process, {
          files: reports.map(({ file, tools }) => ({ file, tools })),
          problems,
        });
      else for (const report of reports) context.process.stdout.write(summary(report));
    });
};

async function review({ process, options }: CliContext, file: string | undefined): Promise<Report> {
  const location = locateManifest({
    config: file ?? options.config,
    env: process.env,
    cwd: () => process.cwd(),
  });
  const { manifest, problems } = await checkManifest(location, { lint });
  return { file: location.file, tools: manifest?.tools.length ?? 0, problems };
}

async function lint(tool: Tool): Promise<LintProblem[]> {
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
