import { existsSync, statSync } from 'node:fs';
import { delimiter, isAbsolute, join, resolve } from 'node:path';
import type { Result } from '../../contract/envelope.ts';
import { GantzError } from '../../contract/errors.ts';
import { expand } from '../../manifest/environment.ts';
import type { Invocation } from '../invocation.ts';
import { parseTemplate } from '../template.ts';
import { argumentVariables, checkReceivable, renderArguments, renderInput } from './arguments.ts';
import { commandProblems } from './command-problems.ts';
import { throwFirstError } from './placeholders.ts';
import { runProcess } from './process.ts';
import { isPython, missingModuleHint, pythonPathFor } from './python.ts';
import { readResult } from './result.ts';
import type { ScriptAction } from './script-action.ts';
import { renderShell } from './shell.ts';

/**
 * Runs a script and returns the fields of its result. Throws NOT_RUNNABLE when the program cannot be started, SCRIPT_FAILED
 * when it fails, INVALID_PARAMETERS for values that no process can receive, and the errors of `runProcess`.
 */
export async function runScript(invocation: Invocation<ScriptAction>): Promise<Result> {
  const { tool, call, maxOutputBytes } = invocation;
  const { action, directory } = tool;
  const what = `Tool ${tool.name}`;
  const cwd = workingDirectory(action, invocation);
  const { file, args, variables } =
    'shell' in action ? shellOf(action, invocation) : commandOf(action, invocation);
  const stdin = action.stdin === undefined ? undefined : renderInput(action.stdin, invocation);
  const environment = inherited(invocation.environment);
  const isPythonCommand = 'command' in action && isPython(file);
  const pythonPath = isPythonCommand ? pythonPathFor(args[0], { directory, cwd, environment }) : undefined;
  const env = {
    ...environment,
    ...variables,
    ...(pythonPath !== undefined && { PYTHONPATH: pythonPath }),
  };
  try {
    const ended = await runProcess({ file, args, cwd, env, stdin, call, maxOutputBytes, what });
    return readResult(ended, what, isPythonCommand ? missingModuleHint(file, ended.stderr, env) : undefined);
  } catch (thrown) {
    throw notStarted(thrown, { file, tool: tool.name, shell: 'shell' in action });
  }
}

type ProgramStart = { file: string; args: string[]; variables: Record<string, string> };

function shellOf(
  { shell, interpreter, stdin }: Extract<ScriptAction, { shell: string }>,
  invocation: Invocation,
): ProgramStart {
  const { tool, params } = invocation;
  const script = { shell, interpreter, stdin, schema: tool.inputSchema };
  const { source, variables, uses } = renderShell(script, params);
  const { mentions } = parseTemplate(shell, Object.keys(tool.inputSchema.properties));
  checkReceivable(source, [...mentions], `The script of ${tool.name}`);
  for (const [name, text] of Object.entries(variables))
    checkReceivable(`${name}=${text}`, [...mentions], `A field of a parameter of ${tool.name}`);
  const given = argumentVariables(invocation, {
    stdin,
    uses: (variable) => uses.has(variable) || shell.includes(variable),
  });
  // The shell would read source that begins with - or + as an option.
  const command = /^[-+]/.test(source) ? ` ${source}` : source;
  const options = interpreter === 'zsh' ? ['-f'] : interpreter === 'bash' ? ['--norc', '--noprofile'] : [];
  return {
    file: interpreter === 'sh' ? '/bin/sh' : interpreter,
    args: [...options, '-c', command],
    variables: { ...given, ...variables },
  };
}

function commandOf(action: Extract<ScriptAction, { command: string }>, invocation: Invocation): ProgramStart {
  const { command, args, stdin } = action;
  const { tool, environment } = invocation;
  if (parseTemplate(command, Object.keys(tool.inputSchema.properties)).mentions.size > 0) {
    throw new GantzError('MANIFEST_INVALID', `${tool.name}: \`command\` cannot contain a parameter`, {
      hint: 'Write the program in `command` and the parameters in `args`.',
    });
  }
  throwFirstError(commandProblems(action, tool.inputSchema, invocation));
  const program = expand(command, environment);
  const file =
    program.includes('/') && !isAbsolute(program)
      ? resolve(tool.directory, program)
      : installedName(program, environment);
  return {
    file,
    args: renderArguments(args, stdin, invocation),
    variables: argumentVariables(invocation, { stdin, uses: () => false }),
  };
}

/** Returns `python3` for `python` when PATH has only that, and any other program unchanged. */
function installedName(program: string, environment: Readonly<Record<string, string>>): string {
  if (program !== 'python') return program;
  const folders = (environment['PATH'] ?? '').split(delimiter);
  const has = (name: string) => folders.some((folder) => folder !== '' && existsSync(join(folder, name)));
  return !has('python') && has('python3') ? 'python3' : program;
}

/** Returns `working_dir`, relative to the manifest's folder, or that folder. Throws NOT_RUNNABLE when it does not exist. */
function workingDirectory({ workingDir }: ScriptAction, { tool, environment }: Invocation): string {
  const directory = resolve(tool.directory, workingDir === undefined ? '' : expand(workingDir, environment));
  if (statSync(directory, { throwIfNoEntry: false })?.isDirectory()) return directory;
  throw new GantzError('NOT_RUNNABLE', `${tool.name}: the folder ${directory} does not exist`, {
    hint: 'Create it, or change `working_dir`, which is relative to the manifest.',
  });
}

/** Returns the environment without the parameters of an outer gantz, and without variables that make shells run start-up files. */
function inherited(environment: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).filter(
      ([name]) => !/^GANTZ_(?:ARG|FIELD)_|^(?:BASH_ENV|ENV|SHELLOPTS|BASHOPTS)$/.test(name),
    ),
  );
}

/** Converts an error of `spawn` to a GantzError. Returns any other error unchanged. */
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
          `Install ${file}, or remove \`interpreter\` to use /bin/sh.`,
        );
      if (file.includes('/') && existsSync(file))
        return refuse(`${file} cannot be run`, 'Its first line (#!) names a program that does not exist.');
      return refuse(
        `the program ${file} was not found`,
        /\s/.test(file)
          ? 'Write the arguments in `args`, or use `shell`.'
          : file.includes('/')
            ? 'A path is relative to the manifest.'
            : `Install it, check PATH, or write ./${file} for a file in the manifest's folder.`,
      );
    case 'EACCES':
      return refuse(`${file} is not executable`, `Make it executable: chmod +x ${file}`);
    case 'ENOEXEC':
      return refuse(
        `${file} is not a program`,
        'Add a first line such as #!/bin/sh or #!/usr/bin/env python3.',
      );
    case 'E2BIG':
      return new GantzError(
        'INVALID_PARAMETERS',
        `${tool}: the parameters are too long for a process to receive`,
        {
          hint: 'Pass them through `stdin` in the manifest: stdin: "{{name}}".',
          cause: thrown,
        },
      );
    default:
      return refuse(
        `${file} could not be started: ${thrown.message}`,
        'The operating system reported this error.',
      );
  }
}
