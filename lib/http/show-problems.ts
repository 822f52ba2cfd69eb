import { relative } from 'node:path';
import type { Problem } from '../contract/manifest.ts';
import { describeSource } from '../manifest/diagnose.ts';
import type { Runner } from '../run/runner.ts';
import { withoutSecrets } from './without-secrets.ts';
import type { ShownProblem, ShownProblems } from './manifest-report.ts';

/** More problems are only counted. */
const MOST = 100;

/**
 * Returns the problems of a manifest as a client of the server may see them. Paths begin at the folder of the manifest, and what looks
 * like a secret is replaced. When options of the server select the tools (`isRestricted`), only the problems of tools that `runner`
 * allows are shown, and without the source line: it may contain the name of another tool.
 */
export function showProblems(
  problems: readonly Problem[],
  { manifest: { directory }, tools }: Runner,
  isRestricted: boolean,
): ShownProblems {
  const allowed = new Set(tools.map(({ name }) => name));
  const seen = isRestricted
    ? problems.filter(({ tool }) => tool !== undefined && allowed.has(tool))
    : problems;
  const shown = seen.slice(0, MOST).map((problem) => show(problem, directory, isRestricted));
  return { shown, hidden: problems.length - shown.length };
}

function show(problem: Problem, directory: string, isRestricted: boolean): ShownProblem {
  const { severity, message, file, line, column, hint, tool } = problem;
  return {
    severity,
    message: withoutFolder(withoutSecrets(message).text, directory),
    file: pathFrom(directory, file),
    line,
    column,
    ...(!isRestricted && { source: sourceOf(problem) }),
    ...(hint !== undefined && { hint: withoutFolder(hint, directory) }),
    ...(tool !== undefined && { tool }),
  };
}

function sourceOf({ line, column, source }: Problem): string {
  const { text, offset } = withoutSecrets(source, column - 1);
  return describeSource({ line, column: offset + 1, source: text }).join('\n');
}

/** Returns the path of a file from the folder of the manifest: clients learn no paths of the machine. */
export function pathFrom(directory: string, file: string): string {
  return directory === '' || file.startsWith('builtin:') ? file : relative(directory, file);
}

/** Returns a message without the path of the folder of the manifest. */
export function withoutFolder(message: string, directory: string): string {
  return directory === '' ? message : message.replaceAll(`${directory}/`, '').replaceAll(directory, '.');
}
