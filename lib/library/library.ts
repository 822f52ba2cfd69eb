import type { ProgressEvent } from '../contract/call.ts';
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
import { loadCatalogue, openRunnerFor } from '../run/open.ts';
import type { CallSettings, Runner } from '../run/runner.ts';
import { globalOptions, type GantzOptions } from './gantz-options.ts';

export { GantzError };
export type { BundledTools, Code, Detail, Failure, GantzOptions, Outcome, ProgressEvent, ToolDefinition };

/** Types of tools by their names, such as `gantz types` prints for a manifest. */
export type ToolTypes = Record<string, { input: object; result: object }>;

/** What a tool takes; a plain record when its name is not among the types. */
export type InputOf<Tools, Name> = Name extends keyof Tools
  ? Tools[Name] extends { input: infer Input }
    ? Input
    : never
  : Readonly<Record<string, unknown>>;

/** What a tool gives; a plain record when its name is not among the types. */
export type ResultOf<Tools, Name> = Name extends keyof Tools
  ? Tools[Name] extends { result: infer Result }
    ? Result
    : never
  : Record<string, unknown>;

export type CallOptions = {
  /** Cancels the call: it throws CANCELLED. */
  signal?: AbortSignal;
  /** Is told what the tool reports before its result, such as the lines that a script prints. */
  onEvent?: (event: ProgressEvent) => void;
  /** As `--follow`: a subscription goes on until it is cancelled, and hands each message to `onEvent`. */
  follow?: boolean;
};

/** Parameters may be left out where none is required. */
type Arguments<Input> =
  Partial<Input> extends Input
    ? [params?: Input, options?: CallOptions]
    : [params: Input, options?: CallOptions];

/** The tools of one manifest, for a program. */
export type Gantz<Tools = BundledTools> = AsyncDisposable & {
  /** The tools that may be called, as agents are told of them. */
  readonly tools: readonly ToolDefinition[];
  /** Runs a tool. Gives the result's fields; throws a GantzError on every failure. The parameters are left alone. */
  call<const Name extends (keyof Tools & string) | (string & {})>(
    name: Name,
    ...args: Arguments<InputOf<Tools, Name>>
  ): Promise<ResultOf<Tools, Name>>;
  /** Lets go of everything; calls in flight fail with CANCELLED. */
  close(): Promise<void>;
};

/**
 * Opens the tools of a manifest. Nothing is connected before a call needs it. Throws a GantzError when the manifest or an
 * option cannot be used.
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

/** Gives `never`, since what a tool gives is what its manifest says: its type can only be told. */
async function callTool(
  runner: Runner,
  name: string,
  params: unknown = {},
  { signal, onEvent, follow = false }: CallOptions = {},
): Promise<never> {
  const cancel = signal && cancelledBy(signal);
  try {
    const input = inputOf(params, name);
    const settings: CallSettings = {
      ...(cancel && { signal: cancel.signal }),
      ...(onEvent && { emit: onEvent }),
      follow,
    };
    return (await runner.call(runner.find(name), input, settings)) as never;
  } catch (error) {
    throw toGantzError(error);
  } finally {
    cancel?.release();
  }
}

/** A copy of a program's parameters as JSON; INVALID_PARAMETERS with the places that JSON cannot carry. */
function inputOf(params: unknown, tool: string): unknown {
  const json = toJson(params);
  if ('value' in json) return json.value;
  throw invalidParameters(
    tool,
    json.problems.map(({ path, message }) => ({ path: pointerOf(path), message })),
    'Parameters are JSON values: plain objects, arrays, strings, finite numbers, booleans and null.',
  );
}

/** The caller's signal with the reason that a call's signal has. */
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

/** What the program says itself stands over what the manifest says: null passes the variable through. */
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
  // Notices are for a person at a terminal.
}
