import path from 'node:path';
import type { CliContext } from './command.ts';
import type { Problem } from '../contract/manifest.ts';
import type { Environment } from '../contract/process.ts';

/** A sentence that GitHub shows at a line of a file, or for the whole job when the place is unknown. */
export type Annotation = Pick<Problem, 'severity' | 'message'> & {
  place?: Pick<Problem, 'file' | 'line' | 'column'>;
};

/** Returns true inside a job of GitHub Actions. */
export function isAnnotated(env: Environment): boolean {
  return env['GITHUB_ACTIONS'] === 'true';
}

/**
 * Writes annotations on stderr when GITHUB_ACTIONS is `true`; otherwise does nothing. `title` stands above each of them.
 * See https://docs.github.com/actions/reference/workflow-commands-for-github-actions.
 */
export function annotate(
  { process: { env }, notice }: Pick<CliContext, 'process' | 'notice'>,
  title: string,
  annotations: readonly Annotation[],
): void {
  if (!isAnnotated(env)) return;
  for (const { severity, message, place } of annotations) {
    const properties = {
      ...(place && {
        file: fromWorkspace(place.file, env['GITHUB_WORKSPACE']),
        line: String(place.line),
        col: String(place.column),
      }),
      title,
    };
    const list = Object.entries(properties).map(([name, value]) => `${name}=${escapeProperty(value)}`);
    notice(`::${severity} ${list.join(',')}::${escapeMessage(message)}`);
  }
}

/** GitHub finds a file by its path from the root of the repository. */
function fromWorkspace(file: string, workspace: string | undefined): string {
  if (!workspace || !path.isAbsolute(file)) return file;
  const relative = path.relative(workspace, file);
  return relative.startsWith('..') ? file : relative;
}

function escapeMessage(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapeProperty(text: string): string {
  return escapeMessage(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
