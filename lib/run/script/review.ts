import type { ScriptAction, Tool } from '../../manifest/manifest.ts';
import type { LintProblem } from '../../manifest/lint.ts';
import { findingOf } from '../review/finding.ts';
import { parseTemplate } from '../template.ts';
import { compileShell } from './shell.ts';

/** What is wrong or doubtful about a script, found without running it. */
export function reviewScript({ inputSchema }: Tool, action: ScriptAction): LintProblem[] {
  const names = Object.keys(inputSchema.properties);
  const texts = [action.stdin ?? '', action.workingDir ?? '', ...('args' in action ? action.args : [])];
  const findings = texts.flatMap((text) =>
    parseTemplate(text, names).problems.map((problem) => findingOf(text, problem)),
  );
  if (!('shell' in action)) return findings;
  const { shell, interpreter } = action;
  const { problems } = compileShell(shell, { schema: inputSchema, interpreter });
  return [...findings, ...problems.map((problem) => findingOf(shell, problem))];
}
