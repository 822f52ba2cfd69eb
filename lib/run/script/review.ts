import type { ScriptAction, Tool } from '../../manifest/manifest.ts';
import type { LintProblem } from '../../manifest/lint.ts';
import { findingOf } from '../review/finding.ts';
import { parseTemplate } from '../template.ts';
import { commandProblems } from './command-problems.ts';
import { shellProblems } from './shell.ts';

/** What is wrong or doubtful about a script, found without running it. */
export function reviewScript({ inputSchema }: Tool, action: ScriptAction): LintProblem[] {
  const names = Object.keys(inputSchema.properties);
  const texts = [action.stdin ?? '', action.workingDir ?? '', ...('args' in action ? action.args : [])];
  const unreplaced = [
    'command' in action ? action.command : '',
    action.workingDir ?? '',
    ...Object.values(action.env),
  ];
  const findings = texts.flatMap((text) =>
    parseTemplate(text, names).problems.map((problem) => findingOf(text, problem)),
  );
  for (const [index, text] of unreplaced.entries())
    findings.push(...placeholdersIn(text ?? '', names, index === 0));
  const problems =
    'shell' in action
      ? shellProblems({ ...action, schema: inputSchema })
      : commandProblems(action, inputSchema);
  return [...findings, ...problems.map((problem) => findingOf(problem.text, problem))];
}

/** What is to be said of parameters where none is replaced: a program cannot hold one, other texts keep it as text. */
function placeholdersIn(text: string, names: readonly string[], isCommand: boolean): LintProblem[] {
  const { mentions } = parseTemplate(text, names);
  if (mentions.size === 0) return [];
  return [...mentions].map((name) => ({
    ...(isCommand
      ? {
          severity: 'error',
          message: `\`command\` cannot hold the parameter ${name}`,
          hint: 'Name the program there and put parameters into `args`.',
        }
      : {
          severity: 'warning',
          message: `{{${name}}} stays as it is in \`working_dir\` and \`env\``,
          hint: 'Put it into `shell`, `args` or `stdin`.',
        }),
    text,
    before: 0,
  }));
}
