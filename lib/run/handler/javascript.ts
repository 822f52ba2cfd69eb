import { pathToFileURL } from 'node:url';
import type { Result } from '../../contract/envelope.ts';
import { GantzError, toGantzError, withOutcome } from '../../contract/errors.ts';
import { environmentIn } from '../../contract/span.ts';
import { toJson, type LossyPart } from '../../json/to-json.ts';
import { nearest } from '../../contract/nearest.ts';
import type { Invocation } from '../invocation.ts';
import { within } from '../within.ts';
import { quiet, quietImport } from './quiet.ts';
import { resultOf } from './result.ts';

type Thrown = Error & { code?: string };
type UserFunction = (params: unknown, context: HandlerContext) => unknown;

/** The second argument of a handler. */
type HandlerContext = {
  /** Aborts when the caller cancels the call or its time limit is reached. */
  readonly signal: AbortSignal;
  /** The caller's environment variables, and those of the manifest and the tool. */
  readonly environment: Readonly<Record<string, string>>;
  /** Reports progress. */
  readonly emit: Invocation['call']['emit'];
  /** Writes a line to stderr. */
  readonly notice: Invocation['call']['notice'];
};

/**
 * Calls `functionName` of the first file that this runtime can load, as `f(params, context)`. Throws TIMEOUT at the deadline.
 * A loop that never awaits cannot be interrupted.
 */
export async function runJavaScriptHandler(
  { params, call, environment: inherited }: Invocation,
  { files, functionName }: { files: readonly [string, ...string[]]; functionName: string },
): Promise<Result> {
  const { deadline, signal, emit, notice, print, span } = call;
  const environment = environmentIn(span, inherited);
  const ended = new AbortController();
  const guarded = async <T>(promise: Promise<T>): Promise<T> => {
    try {
      return await within(promise, deadline, signal);
    } catch (error) {
      if (!(error instanceof GantzError) || !(error.code === 'TIMEOUT' || signal?.aborted)) throw error;
      ended.abort(error);
      throw withOutcome(error, 'unknown');
    }
  };
  const { file, module } = await guarded(load(files, print));
  const handler = functionOf(module, functionName, file);
  const returned = await guarded(
    (async () => {
      try {
        return await quiet(() => handler(params, { signal: ended.signal, environment, emit, notice }), print);
      } catch (error) {
        throw failed(`${functionName} of ${file} failed`, error);
      }
    })(),
  );
  if (returned === undefined) return {};
  const json = toJson(returned);
  if ('value' in json) return resultOf(json.value, `${functionName} of ${file}`);
  throw new GantzError(
    'HANDLER_FAILED',
    `${functionName} of ${file} returned a value that is not JSON: ${describe(json.problems[0])}`,
    {
      outcome: 'applied',
      hint: 'Return plain objects, arrays, strings, numbers, booleans and null.',
    },
  );
}

/** Returns a text such as `rows[0].at is a function`. */
function describe({ path, message }: LossyPart): string {
  const place = path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`)).join('');
  return `${place.replace(/^\./, '') || 'it'} ${message}`;
}

/** Loads the first of the files that this runtime can load. */
async function load(
  files: readonly string[],
  print: Invocation['call']['print'],
): Promise<{ file: string; module: Record<string, unknown> }> {
  const [file = '', ...more] = files;
  try {
    return { file, module: await quietImport(pathToFileURL(file).href, print) };
  } catch (thrown) {
    const { code = '', message, name } = asError(thrown);
    if (file.endsWith('.ts') && code === 'ERR_UNKNOWN_FILE_EXTENSION') {
      if (more.length > 0) return await load(more, print);
      throw new GantzError(
        'NOT_RUNNABLE',
        `${file} is TypeScript, which this runtime (Node ${process.versions.node}) cannot load`,
        {
          hint: 'Use the native executable of gantz or Node 22.18 or later, or compile the file to .js or .mjs in the same folder.',
        },
      );
    }
    if (/^ERR_(?:UNSUPPORTED|INVALID)_TYPESCRIPT_SYNTAX$/.test(code)) {
      throw new GantzError(
        'NOT_RUNNABLE',
        `${file} uses TypeScript syntax that this runtime cannot run: ${message}`,
        {
          hint: 'Node only removes types. Remove enums, namespaces and parameter properties, use the native executable of gantz, or compile the file to .js or .mjs.',
          cause: thrown,
        },
      );
    }
    if (
      /^(?:ERR_)?MODULE_NOT_FOUND$|^ERR_(?:PACKAGE_PATH_NOT_EXPORTED|UNSUPPORTED_DIR_IMPORT)$/.test(code) ||
      name === 'SyntaxError'
    ) {
      throw new GantzError('NOT_RUNNABLE', `${file} cannot be loaded: ${message}`, { cause: thrown });
    }
    throw failed(`${file} failed while it was loaded`, thrown);
  }
}

function functionOf(module: Record<string, unknown>, name: string, file: string): UserFunction {
  // The exports of a CommonJS module may only be members of `default`.
  const places = [module, module['default']].filter((place) => typeof place === 'object' && place !== null);
  for (const place of places as Record<string, unknown>[]) {
    const found = Object.hasOwn(place, name) ? place[name] : undefined;
    if (typeof found === 'function') return found as UserFunction;
  }
  const names = [...new Set(places.flatMap((place) => Object.keys(place)))].filter(
    (key) => key !== 'default',
  );
  const meant = nearest(name, names);
  throw new GantzError('NOT_RUNNABLE', `${file} does not export a function ${name}`, {
    hint:
      meant !== undefined
        ? `Did you mean ${meant}?`
        : names.length > 0
          ? `It exports ${names.join(', ')}.`
          : `Write: export function ${name}(params) { … }`,
  });
}

function failed(what: string, thrown: unknown): GantzError {
  if (thrown instanceof GantzError) return toGantzError(thrown);
  const { name, message } = asError(thrown);
  const description = name === 'Error' || name === '' ? message : `${name}: ${message}`;
  return new GantzError('HANDLER_FAILED', `${what}: ${description}`, { outcome: 'unknown', cause: thrown });
}

function asError(thrown: unknown): Thrown {
  return thrown instanceof Error ? thrown : Object.assign(new Error(String(thrown)), { name: '' });
}
