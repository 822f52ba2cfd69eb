import type { ScriptAction, Tool } from '../../manifest/manifest.ts';
import type { LintProblem } from '../../manifest/lint.ts';
import { findingOf } from '../review/finding.ts';
import { parseTemplate } from '../template.ts';
import { commandProblems } from './command-problems.ts';
import type { ScriptProblem } from './placeholders.ts';
import { shellProblems } from './shell.ts';

/** Returns the problems of a script, found without running it. */
export function reviewScript({ inputSchema }: Tool, action: ScriptAction): LintProblem[] {
  const { stdin = '', workingDir = '', env } = action;
  const source = 'shell' in action ? [action.shell] : [action.command, ...action.args];
  const parse = (text: string) => parseTemplate(text, Object.keys(inputSchema.properties));
  const tags = [stdin, workingDir, ...source.slice(1)].flatMap((text) =>
    parse(text).problems.map((problem) => findingOf(text, problem)),
  );
  const command =
    'command' in action ? [...parse(action.command).mentions].map(inCommand(action.command)) : [];
  const others = [workingDir, ...Object.values(env)].flatMap((text) =>
    [...parse(text ?? '').mentions].map(notReplaced(text ?? '')),
  );
  const code =
    'shell' in action
      ? shellProblems({ ...action, schema: inputSchema })
      : commandProblems(action, inputSchema);
  return [...tags, ...command, ...others, ...code.map((problem) => placed(problem, [...source, stdin]))];
}

/** A problem at its place: the manifest's texts before its own may hold the same placeholder. */
function placed(problem: ScriptProblem, texts: readonly string[]): LintProblem {
  const { before = 0, ...found } = findingOf(problem.text, problem);
  const earlier = texts.slice(0, Math.max(0, texts.indexOf(problem.text))).join('\n');
  return { ...found, before: before + (found.text ? earlier.split(found.text).length - 1 : 0) };
}

function inCommand(text: string): (name: string) => LintProblem {
  const hint = 'Name the program there and put parameters into `args`.';
  return (name) => ({
    severity: 'error',
    message: `\`command\` cannot hold the parameter ${name}`,
    hint,
    text,
  });
}

function notReplaced(text: string): (name: string) => LintProblem {
  const hint = 'Put it into `shell`, `args` or `stdin`.';
  const message = 'stays as it is in `working_dir` and `env`';
  return (name) => ({ severity: 'warning', message: `{{${name}}} ${message}`, hint, text });
}
