import type { Result } from '../../contract/envelope.ts';
import { GantzError } from '../../contract/errors.ts';
import { PYTHON_RUNNER } from '../../generated/python-runner.ts';
import { parseJson } from '../../json/parse.ts';
import { nearest } from '../../contract/nearest.ts';
import type { Invocation } from '../invocation.ts';
import { runProcess, type Ended } from '../script/process.ts';
import { resultOf } from './result.ts';

/** The message that python_runner.py writes when the handler returned no value. */
type PythonFailure = {
  stage: 'load' | 'find' | 'bind' | 'call' | 'return';
  /** The class and the text of the exception, and the end of its traceback. */
  type: string;
  message: string;
  traceback?: string;
  /** The names of the functions in the module. */
  names?: string[];
  /** The path of the interpreter. */
  executable?: string;
};

/**
 * Calls a Python function with the parameters as keyword arguments, in a new python3 process. Its return value becomes the
 * result; None becomes a result without fields. Throws NOT_RUNNABLE when the function cannot be called, and HANDLER_FAILED when
 * it fails or returns a value that is not JSON.
 */
export async function runPythonHandler(
  invocation: Invocation,
  { file, functionName }: { file: string; functionName: string },
): Promise<Result> {
  const what = `${functionName} of ${file}`;
  const ended = await runRunner(invocation, [file, invocation.tool.directory, functionName], what);
  const parsed = parseJson(ended.stdout);
  if (!('value' in parsed)) {
    if (ended.stdout === '' || parsed.problem === 'syntax') throw crashed(what, ended);
    throw new GantzError(
      'HANDLER_FAILED',
      `${what} returned a value that JSON cannot represent: ${parsed.message}`,
      {
        outcome: 'applied',
        hint: 'Return long numbers as strings: str(n).',
      },
    );
  }
  const answer = parsed.value as { ok: true; value: unknown } | ({ ok: false } & PythonFailure);
  if (answer.ok) return answer.value === null ? {} : resultOf(answer.value, what);
  throw failureOf(answer, { what, file, functionName });
}

/** Runs python_runner.py in the manifest's folder. The lines that the handler prints become notices. */
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
          // Its stdout is the answer of python_runner.py.
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
    ? new GantzError('NOT_RUNNABLE', 'This handler needs python3, which is not on PATH', {
        hint: 'Install Python 3 (apt install python3, brew install python).',
      })
    : new GantzError('NOT_RUNNABLE', `python3 cannot be started: ${String(error)}`, { cause: error });
}

function failureOf(
  { stage, type, message, traceback, names = [], executable = 'python3' }: PythonFailure,
  { what, file, functionName }: { what: string; file: string; functionName: string },
): GantzError {
  const description = message === '' ? type : `${type}: ${message}`;
  const fields = traceback === undefined ? {} : { traceback };
  switch (stage) {
    case 'load':
      return /^(?:ModuleNotFoundError|SyntaxError|IndentationError|TabError)$/.test(type)
        ? new GantzError('NOT_RUNNABLE', `${file} cannot be loaded: ${description}`, {
            ...(type === 'ModuleNotFoundError' && {
              hint: `Install the module for ${executable}, or put the folder of another python3 first on PATH.`,
            }),
          })
        : new GantzError('HANDLER_FAILED', `${file} failed while it was loaded: ${description}`, {
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
              ? `Its functions are ${names.join(', ')}.`
              : `Write: def ${functionName}(…):`,
      });
    }
    case 'bind':
      return new GantzError('NOT_RUNNABLE', `${what} does not take the tool's parameters: ${message}`, {
        hint: 'Each parameter of the tool becomes a keyword argument. Give arguments for optional parameters a default value.',
      });
    case 'call':
      return new GantzError('HANDLER_FAILED', `${what} failed: ${description}`, {
        outcome: 'unknown',
        fields,
      });
    case 'return':
      return new GantzError('HANDLER_FAILED', `${what} returned a value that is not JSON: ${description}`, {
        outcome: 'applied',
        hint: 'Return dicts, lists, strings, numbers, booleans and None.',
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
