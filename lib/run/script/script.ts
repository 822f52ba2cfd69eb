import { existsSync, statSync } from 'node:fs';
import { delimiter, isAbsolute, join, resolve } from 'node:path';
import type { Result } from '../../envelope.ts';
import { GantzError } from '../../errors.ts';
import { expand } from '../../manifest/environment.ts';
import type { ScriptAction } from '../../manifest/manifest.ts';
import type { Invocation } from '../invocation.ts';
import { parseTemplate } from '../template.ts';
import { argumentVariables, checkReceivable, renderArguments, renderInput } from './arguments.ts';
import { commandProblems } from './command-problems.ts';
import { throwFirstError } from './placeholders.ts';
import { runProcess } from './process.ts';
import { readResult } from './result.ts';
import { renderShell } from './shell.ts';

/** Runs a script action to its end and gives the fields of its result; throws a GantzError on every failure. */
export async function runScript(invocation: Invocation): Promise<Result> {
  const { tool, call, maxOutputBytes } = invocation;
  const { action } = tool;
  if (action?.kind !== 'script') throw new GantzError('NOT_RUNNABLE', `Tool ${tool.name} is not a script`);
  const what = `Tool ${tool.name}`;
  const cwd = workingDirectory(action, invocation);
  const { file, args, variables } =
    'shell' in action ? shellOf(action, invocation) : commandOf(action, invocation);
  const stdin = action.stdin === undefined ? undefined : renderInput(action.stdin, invocation);
  const env = { ...inherited(invocation.environment), ...variables };
  try {
    const ended = await runProcess({ file, args, cwd, env, stdin, call, maxOutputBytes, what });
    return readResult(ended, what);
  } catch (thrown) {
    throw notStarted(thrown, { file, tool: tool.name, shell: 'shell' in action });
  }
}

type Start = { file: string; args: string[]; variables: Record<string, string> };

function shellOf(
  { shell, interpreter, stdin }: Extract<ScriptAction, { shell: string }>,
  invocation: Invocation,
): Start {
  const { tool, params } = invocation;
  const script = { shell, interpreter, stdin, schema: tool.inputSchema };
  const { source, variables, uses } = renderShell(script, params);
  const { mentions } = parseTemplate(shell, Object.keys(tool.inputSchema.properties));
  checkReceivable(source, [...mentions], `The script of ${tool.name}`);
  for (const [name, text] of Object.entries(variables))
    checkReceivable(`${name}=${text}`, [...mentions], `A field for ${tool.name}`);
  const given = argumentVariables(invocation, {
    stdin,
    uses: (variable) => uses.has(variable) || shell.includes(variable),
  });
  // Source that begins like an option would be one.
  const command = /^[-+]/.test(source) ? ` ${source}` : source;
  const options = interpreter === 'zsh' ? ['-f'] : interpreter === 'bash' ? ['--norc', '--noprofile'] : [];
  return {
    file: interpreter === 'sh' ? '/bin/sh' : interpreter,
    args: [...options, '-c', command],
    variables: { ...given, ...variables },
  };
}

function commandOf(action: Extract<ScriptAction, { command: string }>, invocation: Invocation): Start {
  const { command, args, stdin } = action;
  const { tool, environment } = invocation;
  if (parseTemplate(command, Object.keys(tool.inputSchema.properties)).mentions.size > 0) {
    throw new GantzError('MANIFEST_INVALID', `${tool.name}: \`command\` cannot hold a parameter`, {
      hint: 'Name the program there and put parameters into `args`.',
    });
  }
  throwFirstError(commandProblems(action, tool.inputSchema, invocation));
  const program = expand(command, environment);
  const file =
    program.includes('/') && !isAbsolute(program)
      ? resolve(tool.directory, program)
      : installed(program, environment);
  return {
    file,
    args: renderArguments(args, stdin, invocation),
    variables: argumentVariables(invocation, { stdin, uses: () => false }),
  };
}

/** Where there is only a python3, `python` means it. */
function installed(program: string, environment: Readonly<Record<string, string>>): string {
  if (program !== 'python') return program;
  const folders = (environment['PATH'] ?? '').split(delimiter);
  const has = (name: string) => folders.some((folder) => folder !== '' && existsSync(join(folder, name)));
  return !has('python') && has('python3') ? 'python3' : program;
}

/** `working_dir` starts from the manifest's folder, which is where a script runs that says nothing. */
function workingDirectory({ workingDir }: ScriptAction, { tool, environment }: Invocation): string {
  const directory = resolve(tool.directory, workingDir === undefined ? '' : expand(workingDir, environment));
  if (statSync(directory, { throwIfNoEntry: false })?.isDirectory()) return directory;
  throw new GantzError('NOT_RUNNABLE', `${tool.name}: the folder ${directory} is not there`, {
    hint: 'Make it, or change `working_dir`, which is relative to the manifest.',
  });
}

/** The caller's environment without what an outer gantz passed as parameters and what makes shells run start-up files. */
function inherited(environment: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).filter(
      ([name]) => !/^GANTZ_(?:ARG|FIELD)_|^(?:BASH_ENV|ENV|SHELLOPTS|BASHOPTS)$/.test(name),
    ),
  );
}

/** Why a program could not be started, in words; any other error as it is. */
function notStarted(
  thrown: unknown,
  { file, tool, shell }: { file: string; tool: string; shell: boolean },
): unknown {
  if (thrown instanceof GantzError || !(thrown instanceof Error) || !('code' in thrown)) return thrown;
  const refuse = (message: string, hint: string) =>
    new GantzError('NOT_RUNNABLE', `${tool}: ${message}`, { hint, cause: thrown });
  switch (thrown.code) {
    case 'ENOENT':
      if (shell)
        return refuse(
          `${file} is not installed`,
          `Install ${file}, or leave \`interpreter\` out for /bin/sh.`,
        );
      if (file.includes('/') && existsSync(file))
        return refuse(`${file} cannot be run`, 'Its first line (#!) names a program that is not there.');
      return refuse(
        `there is no program ${file}`,
        /\s/.test(file)
          ? 'Put the arguments into `args`, or use `shell`.'
          : file.includes('/')
            ? 'A path is relative to the manifest.'
            : `Install it, check PATH, or write ./${file} for a file beside the manifest.`,
      );
    case 'EACCES':
      return refuse(`${file} may not be run`, `chmod +x ${file}`);
    case 'ENOEXEC':
      return refuse(
        `${file} is not a program`,
        'Begin it with a line such as #!/bin/sh or #!/usr/bin/env python3.',
      );
    case 'E2BIG':
      return new GantzError(
        'INVALID_PARAMETERS',
        `${tool}: the parameters are too long for a process to receive`,
        {
          hint: 'Hand them over through `stdin` in the manifest: stdin: "{{name}}".',
          cause: thrown,
        },
      );
    default:
      return refuse(`${file} could not be started: ${thrown.message}`, 'See the error of the system.');
  }
}
