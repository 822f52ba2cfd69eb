import type { ProblemInText, Tool } from '../../contract/manifest.ts';
import { parseTemplate } from '../template.ts';
import { reviewVariables } from '../variables-review.ts';
import type { ScriptAction } from './script-action.ts';
import { compileShell } from './shell.ts';

/** Finds the problems of a script without running it. */
export function reviewScript({ inputSchema }: Tool, action: ScriptAction): ProblemInText[] {
  const names = Object.keys(inputSchema.properties);
  const texts = [action.stdin ?? '', action.workingDir ?? '', ...('args' in action ? action.args : [])];
  const unreplaced = [
    'command' in action ? action.command : '',
    action.workingDir ?? '',
    ...Object.values(action.env),
  ];
  const problems: ProblemInText[] = texts.flatMap((text) => parseTemplate(text, names).problems);
  for (const [index, text] of unreplaced.entries())
    problems.push(...placeholdersIn(text ?? '', names, index === 0));
  problems.push(...reviewVariables(action.workingDir ?? '', names));
  if (!('shell' in action)) return problems;
  const { shell, interpreter } = action;
  const compiled = compileShell(shell, { schema: inputSchema, interpreter });
  return [...problems, ...compiled.problems.map((problem) => ({ ...problem, text: shell }))];
}

/** The problems of placeholders where none is replaced: a program cannot hold one, other texts keep it as text. */
function placeholdersIn(text: string, names: readonly string[], isCommand: boolean): ProblemInText[] {
  const { mentions } = parseTemplate(text, names);
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
  }));
}
