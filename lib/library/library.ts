import type { Origin, ProgressEvent } from '../contract/call.ts';
import { BUILD } from '../contract/build.ts';
import { cacheFolder } from '../cache/folder.ts';
import {
  GantzError,
  toGantzError,
  type Code,
  type Detail,
  type Failure,
  type Outcome,
} from '../contract/errors.ts';
import type { BundledTools } from '../generated/tools.ts';
import { pointerOf } from '../json/pointer.ts';
import { toJson } from '../json/to-json.ts';
import { definitionOf, type ToolDefinition } from '../manifest/definition.ts';
import type { Manifest } from '../contract/manifest.ts';
import { invalidParameters } from '../parameters/invalid.ts';
import type { Question } from '../run/guards/guard.ts';
import { loadCatalogue, openRunnerFor } from '../run/open.ts';
import type { CallSettings, Runner } from '../run/runner.ts';
import { globalOptions, type GantzOptions } from './gantz-options.ts';

export { GantzError };
export type {
  BundledTools,
  Code,
  Detail,
  Failure,
  GantzOptions,
  Outcome,
  ProgressEvent,
  Question,
  ToolDefinition,
};

const ORIGIN: Origin = { interface: 'library' };

/** The types of tools by name, as `gantz types` prints them. */
export type ToolTypes = Record<string, { input: object; result: object }>;

/** The parameters of a tool; a plain record when `Tools` does not contain its name. */
export type InputOf<Tools, Name> = Name extends keyof Tools
  ? Tools[Name] extends { input: infer Input }
    ? Input
    : never
  : Readonly<Record<string, unknown>>;

/** The result of a tool; a plain record when `Tools` does not contain its name. */
export type ResultOf<Tools, Name> = Name extends keyof Tools
  ? Tools[Name] extends { result: infer Result }
    ? Result
    : never
  : Record<string, unknown>;

/** Options of one call. */
export type CallOptions = {
  /** Cancels the call, which then throws CANCELLED. */
  signal?: AbortSignal;
  /** Receives the events of the tool before its result, such as the lines that a script prints. */
  onEvent?: (event: ProgressEvent) => void;
  /** Like `--follow`: a subscription continues until it is cancelled, and passes each message to `onEvent`. */
  follow?: boolean;
  /** Makes a repetition of the call with the same key return the answer of the first call, for an hour: 1 to 255 characters. */
  idempotencyKey?: string;
  /** True when a person has agreed to the call, or a function that asks one. Tools with `confirm` need it. */
  confirm?: boolean | ((question: Question) => Promise<boolean> | boolean);
  /** How long to wait while a call with the same key runs, in milliseconds. Default: 0. */
  idempotencyWaitMs?: number;
  /** True to run the tool although its answer is cached, and to store the new answer. */
  noCache?: boolean;
};

/** What gantz did besides running the tool. The field is absent when there is nothing to say. */
export type Notes = {
  gantz?: {
    /** True when the answer is that of an earlier call with the same idempotency key. */
    replayed?: true;
    /** How often the action ran, when its failures were repeated. */
    attempts?: number;
    /** True when the answer is that of an earlier call with the same parameters. */
    cached?: true;
    /** The age of a cached answer in milliseconds. */
    age_ms?: number;
    /** True when the cached answer is older than its ttl, and another call computes a new one. */
    stale?: true;
  };
};

/** The arguments after the name. `params` is optional when no parameter is required. */
type Arguments<Input> =
  Partial<Input> extends Input
    ? [params?: Input, options?: CallOptions]
    : [params: Input, options?: CallOptions];

/** The tools of one manifest, for a program. */
export type Gantz<Tools = BundledTools> = AsyncDisposable & {
  /** The definitions of the allowed tools, as agents receive them. */
  readonly tools: readonly ToolDefinition[];
  /** Runs a tool. Returns the fields of the result; throws a GantzError on every failure. Does not modify `params`. */
  call<const Name extends (keyof Tools & string) | (string & {})>(
    name: Name,
    ...args: Arguments<InputOf<Tools, Name>>
  ): Promise<ResultOf<Tools, Name> & Notes>;
  /** Closes all connections and processes. Calls in flight throw CANCELLED. */
  close(): Promise<void>;
};

/**
 * Opens the tools of a manifest. The first call that needs Redis connects to it. Throws a GantzError when the manifest or
 * an option is invalid.
 */
export async function openGantz<Tools = BundledTools>(options: GantzOptions = {}): Promise<Gantz<Tools>> {
  const env = environmentOf(options);
  const surroundings = {
    process: { env, cwd: () => options.cwd ?? process.cwd() },
    options: globalOptions(options, env),
    cacheFolder: cacheFolder(env, BUILD),
    notice: options.onNotice ?? ignore,
    muted: options.onNotice === undefined,
  };
  const catalogue = await loadCatalogue(surroundings);
  const manifest = withEnvironment(catalogue.manifest, options);
  const runner = openRunnerFor(surroundings, { ...catalogue, manifest }, 'long-lived');
  return {
    tools: runner.tools.map(definitionOf),
    call: (name: string, params?: unknown, callOptions?: CallOptions) =>
      callTool(runner, name, params, callOptions),
    close: () => runner.close(),
    [Symbol.asyncDispose]: () => runner.close(),
  };
}

/** Returns `never`, which every declared result type accepts: the type of a result is known only from the manifest. */
async function callTool(
  runner: Runner,
  name: string,
  params: unknown = {},
  { signal, onEvent, follow = false, ...wishes }: CallOptions = {},
): Promise<never> {
  const cancel = signal && cancelledBy(signal);
  try {
    const input = inputOf(params, name);
    const settings: CallSettings = {
      ...(cancel && { signal: cancel.signal }),
      ...(onEvent && { emit: onEvent }),
      follow,
      ...wishes,
      origin: ORIGIN,
    };
    return (await runner.call(runner.find(name), input, settings)) as never;
  } catch (error) {
    throw toGantzError(error);
  } finally {
    cancel?.release();
  }
}

/** Copies parameters as JSON. Throws INVALID_PARAMETERS with the paths of values that JSON cannot represent. */
function inputOf(params: unknown, tool: string): unknown {
  const json = toJson(params);
  if ('value' in json) return json.value;
  throw invalidParameters(
    tool,
    json.problems.map(({ path, message }) => ({ path: pointerOf(path), message })),
    'Parameters are JSON values: plain objects, arrays, strings, finite numbers, booleans and null.',
  );
}

/** Returns a signal that aborts with the caller's signal, and with CANCELLED as its reason. */
function cancelledBy(signal: AbortSignal): { signal: AbortSignal; release: () => void } {
  const controller = new AbortController();
  const abort = (): void => controller.abort(new GantzError('CANCELLED', 'The call was cancelled'));
  if (signal.aborted) abort();
  else signal.addEventListener('abort', abort, { once: true });
  return { signal: controller.signal, release: () => signal.removeEventListener('abort', abort) };
}

function environmentOf({ env = process.env, redisUrl, namespace }: GantzOptions) {
  return {
    ...env,
    ...(redisUrl !== undefined && { REDIS_URL: redisUrl }),
    ...(namespace !== undefined && { GANTZ_NAMESPACE: namespace }),
  };
}

/** Lets the program's options override the manifest's `env`: null passes the variable of the environment through. */
function withEnvironment(manifest: Manifest, { redisUrl, namespace }: GantzOptions): Manifest {
  return {
    ...manifest,
    env: {
      ...manifest.env,
      ...(redisUrl !== undefined && { REDIS_URL: null }),
      ...(namespace !== undefined && { GANTZ_NAMESPACE: null }),
    },
  };
}

function ignore(): void {
  // Without `onNotice`, a library prints nothing.
}
