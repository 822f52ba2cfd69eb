import type { Result } from '../../contract/envelope.ts';
import { GantzError } from '../../contract/errors.ts';
import { PYTHON_RUNNER } from '../../generated/python-runner.ts';
import { parseJson } from '../../json/parse.ts';
import { nearest } from '../../contract/nearest.ts';
import type { Invocation } from '../invocation.ts';
import { runProcess, type Ended } from '../script/process.ts';
import { resultOf } from './result.ts';

/** What the runner writes when there is no value. */
type PythonFailure = {
  stage: 'load' | 'find' | 'bind' | 'call' | 'return';
  /** The exception: its class, its text, the end of its traceback. */
  type: string;
  message: string;
  traceback?: string;
  /** The functions of the module. */
  names?: string[];
};

/** Calls a Python function with the parameters as keyword arguments; what it returns is the result, None is none. */
export async function runPythonHandler(
  invocation: Invocation,
  { file, functionName }: { file: string; functionName: string },
): Promise<Result> {
  const what = `${functionName} of ${file}`;
  const ended = await runRunner(invocation, [file, invocation.tool.directory, functionName], what);
  const parsed = parseJson(ended.stdout);
  if (!('value' in parsed)) {
    if (ended.stdout === '' || parsed.problem === 'syntax') throw crashed(what, ended);
    throw new GantzError('HANDLER_FAILED', `${what} returned what JSON cannot carry: ${parsed.message}`, {
      outcome: 'applied',
      hint: 'Return long numbers as text: str(n).',
    });
  }
  const answer = parsed.value as { ok: true; value: unknown } | ({ ok: false } & PythonFailure);
  if (answer.ok) return answer.value === null ? {} : resultOf(answer.value, what);
  throw failureOf(answer, { what, file, functionName });
}

/** Runs the runner in the manifest's folder; what the handler prints becomes notices. */
async function runRunner(
  { tool, params, call, environment, maxOutputBytes }: Invocation,
  args: readonly string[],
  what: string,
): Promise<Ended> {
  try {
    return await runProcess({
      file: 'python3',
      args: ['-X', 'utf8', '-c', PYTHON_RUNNER, ...args],
      cwd: tool.directory,
      env: environment,
      stdin: JSON.stringify(params),
      call: {
        ...call,
        emit: ({ stream, message }) => {
          // Its stdout carries the answer.
          if (stream === 'stderr' && typeof message === 'string') call.notice(message);
        },
      },
      maxOutputBytes,
      what,
    });
  } catch (error) {
    if (error instanceof GantzError) throw error;
    throw notStarted(error);
  }
}

function notStarted(error: unknown): GantzError {
  const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
  return missing
    ? new GantzError('NOT_RUNNABLE', 'There is no python3 on PATH to run this handler', {
        hint: 'Install Python 3 (apt install python3, brew install python).',
      })
    : new GantzError('NOT_RUNNABLE', `python3 cannot be started: ${String(error)}`, { cause: error });
}

function failureOf(
  { stage, type, message, traceback, names = [] }: PythonFailure,
  { what, file, functionName }: { what: string; file: string; functionName: string },
): GantzError {
  const said = message === '' ? type : `${type}: ${message}`;
  const fields = traceback === undefined ? {} : { traceback };
  switch (stage) {
    case 'load':
      return /^(?:ModuleNotFoundError|SyntaxError|IndentationError|TabError)$/.test(type)
        ? new GantzError('NOT_RUNNABLE', `${file} cannot be loaded: ${said}`, {
            ...(type === 'ModuleNotFoundError' && {
              hint: 'Install it for the python3 on PATH, or activate its environment.',
            }),
          })
        : new GantzError('HANDLER_FAILED', `${file} failed while it was loaded: ${said}`, {
            outcome: 'unknown',
            fields,
          });
    case 'find': {
      const meant = nearest(functionName, names);
      return new GantzError('NOT_RUNNABLE', `${file} has no function ${functionName}`, {
        hint:
          meant !== undefined
            ? `Did you mean ${meant}?`
            : names.length > 0
              ? `It has ${names.join(', ')}.`
              : `Write: def ${functionName}(…):`,
      });
    }
    case 'bind':
      return new GantzError('NOT_RUNNABLE', `${what} does not take the tool's parameters: ${message}`, {
        hint: 'Its arguments are the parameters of the tool by name; give those that may be omitted a default.',
      });
    case 'call':
      return new GantzError('HANDLER_FAILED', `${what} failed: ${said}`, { outcome: 'unknown', fields });
    case 'return':
      return new GantzError('HANDLER_FAILED', `${what} returned what is not JSON: ${said}`, {
        outcome: 'applied',
        hint: 'Return dicts, lists, texts, numbers, booleans and None.',
      });
  }
}

function crashed(what: string, { exitCode, signal, stderr }: Ended): GantzError {
  const how = signal === null ? `ended python3 with status ${exitCode ?? 0}` : `was ended by ${signal}`;
  return new GantzError('HANDLER_FAILED', `${what} ${how} instead of returning`, {
    outcome: 'unknown',
    fields: { ...(exitCode !== null && { exit_code: exitCode }), stderr },
  });
}
