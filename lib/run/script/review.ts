import type { ScriptAction, Tool } from '../../manifest/manifest.ts';
import type { LintProblem } from '../../manifest/lint.ts';
import { findingOf } from '../review/finding.ts';
import { parseTemplate } from '../template.ts';
import { commandProblems } from './command-problems.ts';
import type { ScriptProblem } from './placeholders.ts';
import { shellProblems } from './shell.ts';

const IN_COMMAND = {
  severity: 'error',
  message: '`command` cannot hold the parameter NAME',
  hint: 'Name the program there and put parameters into `args`.',
} as const;
const NOT_REPLACED = {
  severity: 'warning',
  message: '{{NAME}} stays as it is in `working_dir` and `env`',
  hint: 'Put it into `shell`, `args` or `stdin`.',
} as const;

/** Returns the problems of a script, found without running it. */
export function reviewScript({ inputSchema }: Tool, action: ScriptAction): LintProblem[] {
  const names = Object.keys(inputSchema.properties);
  const { stdin = '', workingDir = '', env } = action;
  const source = 'shell' in action ? [action.shell] : [action.command, ...action.args];
  const templates = [stdin, workingDir, ...source.slice(1)].flatMap((text) =>
    parseTemplate(text, names).problems.map((problem) => findingOf(text, problem)),
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
  return [...templates, ...command, ...others, ...code.map((problem) => placed(problem, texts))];
}

/** A problem at its place: the manifest's texts before its own may hold the same placeholder. */
function placed(problem: ScriptProblem, texts: readonly string[]): LintProblem {
  const { before = 0, ...found } = findingOf(problem.text, problem);
  const part = found.text ?? '';
  const earlier = texts.slice(0, Math.max(0, texts.indexOf(problem.text)));
  const inEarlier = part === '' ? 0 : earlier.join('\n').split(part).length - 1;
  return { ...found, before: before + inEarlier };
}

/** The problems of parameters in a text where none is replaced. */
function placeholdersIn(
  text: string,
  names: readonly string[],
  problem: Pick<LintProblem, 'severity' | 'message' | 'hint'>,
): LintProblem[] {
  return [...parseTemplate(text, names).mentions].map((name) => ({
    ...problem,
    message: problem.message.replace('NAME', () => name),
    text,
    before: 0,
  }));
}
