import type { Call } from '../contract/call.ts';
import { Deadline } from '../contract/deadline.ts';
import type { Result } from '../contract/envelope.ts';
import { GantzError, withoutField, withOutcome, type Outcome } from '../contract/errors.ts';
import type { Action, Tool } from '../contract/manifest.ts';
import type { Environment } from '../contract/process.ts';
import { toolEnvironment } from '../manifest/environment.ts';
import { checkParameters } from '../parameters/check.ts';
import type { Checkpoint } from '../parameters/patterns.ts';
import { compileValidator, knownValidator } from '../parameters/validator.ts';
import type { RedisHandle } from '../redis/open.ts';
import type { Catalogue } from './catalogue.ts';
import type { Host, Variables, Wishes } from './guards/guard.ts';
import type { Invocation, ToolWith } from './invocation.ts';
import { ACTION_KEYS, hasAction, kindOf, timeLimitOf } from './kinds.ts';
import { openRedisOf } from './redis-of-manifest.ts';

export type RunnerOptions = {
  /** The manifest, and which of its tools may be called. */
  catalogue: Catalogue;
  /** The caller's environment variables. */
  env: Environment;
  /** `one-shot`: the process ends after one call. `long-lived`: the connection is kept, and opened again when it is lost. */
  mode: 'one-shot' | 'long-lived';
  /** `--timeout`: the time limit of every call in milliseconds. It overrides the limits of the tools. */
  timeoutMs?: number;
  /** The maximum size of the output of a script or of an HTTP response, in bytes. The default is 10 MiB. */
  maxOutputBytes?: number;
  /** The folder in which compiled schemas are kept for later processes. When absent, they are not kept. */
  cacheFolder?: string;
  /** Writes a notice for a person. */
  notice: (text: string) => void;
};

/**
 * The settings of one call. `deadline` is made by the runner's `deadline`, when the caller needs it before the call or the
 * call began earlier. Without it, the time limit is counted from now.
 */
export type CallSettings = Partial<
  Pick<Call, 'deadline' | 'signal' | 'emit' | 'follow' | 'print' | 'span' | 'onSubscribed'>
> &
  Wishes;

/** Runs the tools of one manifest, and holds the resources that they share, such as the connection to Redis. */
export type Runner = Catalogue & {
  /**
   * Loads and connects everything that the first call of a tool needs, so that calls that begin one after another are sent
   * in that order. Never throws: the call reports the error.
   */
  prepare(tool: Tool): Promise<void>;
  /** Returns the deadline of a call of this tool. `startedAt` is the start of the call, as `performance.now()`. */
  deadline(tool: Tool, startedAt?: number): Deadline;
  /** Checks the parameters and runs a tool that `find` returned. Throws a GantzError on every failure. */
  call(tool: Tool, input: unknown, settings?: CallSettings): Promise<Result>;
  /** Returns the connection that the tools of this manifest use. It is opened when it is first used. */
  redis(): RedisHandle;
  /** Closes the connection and waits for the end of all calls. Calls in flight fail with CANCELLED. */
  close(): Promise<void>;
};

const DEFAULT_MAX_OUTPUT_BYTES = 10 * 1024 * 1024;

const ignore = (): void => undefined;

/** Opens a runner. It connects to Redis when a call first needs it. */
export function openRunner(options: RunnerOptions): Runner {
  const { catalogue, env, mode, timeoutMs, notice, maxOutputBytes = DEFAULT_MAX_OUTPUT_BYTES } = options;
  const { manifest } = catalogue;
  let redis: RedisHandle | undefined;
  let connecting: Promise<unknown> | undefined;
  let guards: typeof import('./guards/run-guarded.ts') | undefined;
  const closing = new AbortController();
  allowListeners(closing.signal);
  const running = new Set<Promise<Result>>();
  const guarded = new Set<Promise<Result>>();
  const variables = new WeakMap<Tool, Variables>();
  const combined = new WeakMap<AbortSignal, AbortSignal>();
  const host: Host = { redis: connection, variablesOf, run: runAction };

  const runner: Runner = {
    ...catalogue,
    async prepare(tool) {
      try {
        await compileValidator(tool.inputSchema, options.cacheFolder);
        const kind = kindOf(tool);
        if (kind?.needs !== 'redis' || !hasAction(tool)) return;
        await kind.prepare?.(tool.action);
        connecting ??= runner
          .redis()
          .use({ deadline: runner.deadline(tool), readOnly: true }, ({ connect }) => connect());
        await connecting;
      } catch {
        // The call throws the same error.
      }
    },
    deadline(tool, startedAt = performance.now()) {
      return timeoutMs === undefined
        ? new Deadline({ budgetMs: timeLimitOf(tool), startedAt })
        : new Deadline({ budgetMs: timeoutMs, startedAt, fixed: true });
    },
    async call(
      tool,
      input,
      {
        deadline = runner.deadline(tool),
        signal,
        emit = ignore,
        follow = false,
        print,
        span,
        onSubscribed,
        ...wishes
      } = {},
    ) {
      closing.signal.throwIfAborted();
      // Only the first call awaits the validator: an `await` in each call is measurable where thousands are made.
      const { inputSchema } = tool;
      const validate =
        knownValidator(inputSchema) ?? (await compileValidator(inputSchema, options.cacheFolder));
      const checkpoint = checkpointOf(tool, deadline, signal);
      const checked = checkParameters(tool, input, validate, checkpoint);
      const { params, given } = checked instanceof Promise ? await checked : checked;
      const kind = kindOf(tool);
      if (!kind || !hasAction(tool)) throw notRunnable(tool);
      const isGuarded = tool.guards !== undefined || wishes.idempotencyKey !== undefined;
      const isPlain = !isGuarded && kind.needs === 'redis';
      const ending = isPlain ? signal : endingWithRunner(signal);
      const call: Call = { deadline, signal: ending, emit, notice, follow, given, print, span, onSubscribed };
      if (isPlain) return await kind.run(invocationOf(tool, params, call));
      if (isGuarded) guards ??= await import('./guards/run-guarded.ts');
      const result =
        isGuarded && guards
          ? guards.runGuarded(host, tool, params, call, wishes)
          : runAction(tool, params, call);
      const calls = isGuarded ? guarded : running;
      calls.add(result);
      try {
        return await result;
      } finally {
        calls.delete(result);
      }
    },
    redis: connection,
    async close() {
      closing.abort(new GantzError('CANCELLED', 'The call was ended because gantz was closed'));
      // Guards use Redis after the action has ended.
      await Promise.allSettled(guarded);
      await redis?.close();
      await Promise.allSettled(running);
    },
  };

  /** Returns a function that throws when the call is over. `outcome` is the effect that the call has had by then. */
  function checkpointOf(
    tool: Tool,
    deadline: Deadline,
    signal: AbortSignal | undefined,
    outcome: Outcome = 'none',
  ): Checkpoint {
    return (what) => {
      closing.signal.throwIfAborted();
      signal?.throwIfAborted();
      if (deadline.remainingMs() > 0) return;
      throw withOutcome(deadline.error(`${tool.name}: ${what}`), outcome);
    };
  }

  function connection(): RedisHandle {
    return (redis ??= openRedisOf({ manifest, env, mode, notice }));
  }

  /** Returns a signal that also aborts when the runner is closed. */
  function endingWithRunner(signal: AbortSignal | undefined): AbortSignal {
    if (!signal) return closing.signal;
    // All calls of a batch have the same signal.
    const known = combined.get(signal);
    if (known) return known;
    const both = AbortSignal.any([signal, closing.signal]);
    allowListeners(both);
    combined.set(signal, both);
    return both;
  }

  /** Runs an action. With `returns`, the result has the shape that it declares. */
  async function runAction(
    tool: ToolWith<Action>,
    params: Invocation['params'],
    call: Call,
    redis = connection,
  ): Promise<Result> {
    const kind = kindOf(tool);
    if (!kind) throw notRunnable(tool);
    const invocation = invocationOf(tool, params, call, redis);
    // The `returns` of bundled tools describes what their operations return.
    if (kind.needs === 'redis') return await kind.run(invocation);
    const result = await kind.run(invocation).catch((thrown: unknown) => {
      throw thrown instanceof GantzError && thrown.fields?.[NOTES] !== undefined
        ? withoutField(thrown, NOTES)
        : thrown;
    });
    if (!tool.outputSchema) return withoutNotes(result);
    const { outcomeOf, shapeResult } = await import('./returns.ts');
    const checkpoint = checkpointOf(tool, call.deadline, call.signal, outcomeOf(tool));
    const { outputSchema } = tool;
    return withoutNotes(await shapeResult(tool, outputSchema, result, options.cacheFolder, checkpoint));
  }

  function invocationOf(
    tool: ToolWith<Action>,
    params: Invocation['params'],
    call: Call,
    redis = connection,
  ): Invocation {
    return {
      tool,
      params,
      call,
      maxOutputBytes,
      redis,
      // Computed when it is first read: an operation on Redis does not need it.
      get environment() {
        return variablesOf(tool).environment;
      },
    };
  }

  function variablesOf(tool: ToolWith<Action>): Variables {
    const known = variables.get(tool);
    if (known) return known;
    const made = {
      environment: toolEnvironment(manifest, tool, env, kindOf(tool)?.variables?.(tool.action)),
      declared: [...Object.keys(manifest.env), ...Object.keys(tool.environment)],
    };
    variables.set(tool, made);
    return made;
  }

  return runner;
}

/** Lets any number of calls listen to a signal. Node warns of a leak from eleven listeners on, and Bun does not. */
function allowListeners(signal: AbortSignal): void {
  if (!process.versions['bun']) process.getBuiltinModule('node:events').setMaxListeners(0, signal);
}

/** The field in which gantz says what it did besides running the action. */
const NOTES = 'gantz';

/** Leaves out what an action says under the name of this field. Interfaces, metrics and the audit log believe it. */
function withoutNotes(result: Result): Result {
  if (result[NOTES] === undefined) return result;
  const { [NOTES]: _, ...others } = result;
  return others;
}

function notRunnable({ name }: Tool): GantzError {
  return new GantzError('NOT_RUNNABLE', `Tool ${name} has no action`, {
    hint: `Give it one of ${ACTION_KEYS.join(', ')} in the manifest.`,
  });
}
