import type { ProblemInText, Tool } from '../../contract/manifest.ts';
import { parseTemplate, type ProblemInTemplate } from '../template.ts';
import { reviewVariables } from '../variables-review.ts';
import { commandProblems } from './command-problems.ts';
import type { ScriptAction } from './script-action.ts';
import { shellProblems } from './shell.ts';

const IN_COMMAND = {
  severity: 'error',
  message: '`command` cannot contain the parameter NAME',
  hint: 'Write the program in `command` and the parameters in `args`.',
} as const;
const NOT_REPLACED = {
  severity: 'warning',
  message: '{{NAME}} is not replaced in `working_dir` and `env`',
  hint: 'Put it into `shell`, `args` or `stdin`.',
} as const;

/** Finds the problems of a script without running it. */
export function reviewScript({ inputSchema }: Tool, action: ScriptAction): ProblemInText[] {
  const names = Object.keys(inputSchema.properties);
  const { stdin = '', workingDir = '', env } = action;
  const source = 'shell' in action ? [action.shell] : [action.command, ...action.args];
  const templates = [stdin, workingDir, ...source.slice(1)].flatMap(
    (text) => parseTemplate(text, names).problems,
  );
  const command = 'command' in action ? placeholdersIn(action.command, names, IN_COMMAND) : [];
  const others = [workingDir, ...Object.values(env)].flatMap((text) =>
    placeholdersIn(text ?? '', names, NOT_REPLACED),
  );
  const code =
    'shell' in action
      ? shellProblems({ ...action, schema: inputSchema })
      : commandProblems(action, inputSchema);
  const texts = [...source, stdin];
  return [
    ...templates,
    ...command,
    ...others,
    ...reviewVariables(workingDir, names),
    ...code.map((problem) => placed(problem, texts)),
  ];
}

/** Adds the texts of the action before the problem's own: they may contain the same placeholder. */
function placed(problem: ProblemInTemplate, texts: readonly string[]): ProblemInText {
  const before = texts.slice(0, Math.max(0, texts.indexOf(problem.text))).join('\n');
  return { ...problem, text: before + problem.text, offset: before.length + problem.offset };
}

/** Returns the problems of placeholders in a text where none is replaced. */
function placeholdersIn(
  text: string,
  names: readonly string[],
  problem: Pick<ProblemInText, 'severity' | 'message' | 'hint'>,
): ProblemInText[] {
  return [...parseTemplate(text, names).mentions].map((name) => ({
    ...problem,
    message: problem.message.replace('NAME', () => name),
    text,
  }));
}
