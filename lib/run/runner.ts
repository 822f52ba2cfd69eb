import type { Call } from '../contract/call.ts';
import { Deadline } from '../contract/deadline.ts';
import type { Result } from '../contract/envelope.ts';
import { GantzError, withOutcome, type Outcome } from '../contract/errors.ts';
import type { Action, Tool } from '../contract/manifest.ts';
import type { Environment } from '../contract/process.ts';
import { toolEnvironment } from '../manifest/environment.ts';
import { checkParameters } from '../parameters/check.ts';
import type { Checkpoint } from '../parameters/patterns.ts';
import { compileValidator, knownValidator } from '../parameters/validator.ts';
import type { RedisHandle } from '../redis/open.ts';
import type { ActionKind } from './action-kind.ts';
import type { Catalogue } from './catalogue.ts';
import type { Wishes } from './guards/guard.ts';
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
export type CallSettings = Partial<Pick<Call, 'deadline' | 'signal' | 'emit' | 'follow' | 'print'>> & Wishes;

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
  const running = new Set<Promise<Result>>();
  const guarded = new Set<Promise<Result>>();
  const environments = new WeakMap<object, Record<string, string>>();
  const combined = new WeakMap<AbortSignal, AbortSignal>();

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
      { deadline = runner.deadline(tool), signal, emit = ignore, follow = false, print, ...wishes } = {},
    ) {
      closing.signal.throwIfAborted();
      // Only the first call awaits the validator: an `await` in each call is measurable where thousands are made.
      const { inputSchema } = tool;
      const validate =
        knownValidator(inputSchema) ?? (await compileValidator(inputSchema, options.cacheFolder));
      const checkpoint = checkpointOf(tool, deadline, signal);
      const checked = checkParameters(tool, input, validate, checkpoint);
      const { params, given } = checked instanceof Promise ? await checked : checked;
      const call: Call = { deadline, signal, emit, notice, follow, given, print };
      const kind = kindOf(tool);
      if (!kind || !hasAction(tool)) throw notRunnable(tool);
      if (tool.guards || wishes.idempotencyKey !== undefined)
        return await runGuarded(kind, tool, params, call, wishes);
      if (kind.needs !== 'redis') return await runWithoutRedis(kind, tool, params, call);
      return await kind.run(invocationOf(kind, tool, params, call));
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

  /** Runs an action that does not use the connection to Redis, and cancels it when the runner is closed. */
  async function runWithoutRedis(
    kind: ActionKind,
    tool: ToolWith<Action>,
    params: Record<string, unknown>,
    call: Call,
  ): Promise<Result> {
    const result = runAction(kind, invocationOf(kind, tool, params, endingWithRunner(call)));
    running.add(result);
    return await result.finally(() => running.delete(result));
  }

  /** Runs an action inside the guards of its tool and of the call. */
  async function runGuarded(
    kind: ActionKind,
    tool: ToolWith<Action>,
    params: Record<string, unknown>,
    call: Call,
    wishes: Wishes,
  ): Promise<Result> {
    const invocation = invocationOf(kind, tool, params, endingWithRunner(call));
    guards ??= await import('./guards/run-guarded.ts');
    const result = guards.runGuarded(invocation, wishes, (inner) => runAction(kind, inner));
    guarded.add(result);
    return await result.finally(() => guarded.delete(result));
  }

  /** Returns the call with a signal that also aborts when the runner is closed. */
  function endingWithRunner(call: Call): Call {
    if (!call.signal) return { ...call, signal: closing.signal };
    // All calls of a batch have the same signal.
    const signal = combined.get(call.signal) ?? AbortSignal.any([call.signal, closing.signal]);
    combined.set(call.signal, signal);
    return { ...call, signal };
  }

  /** Runs an action. With `returns`, the result has the shape that it declares. */
  async function runAction(kind: ActionKind, invocation: Invocation): Promise<Result> {
    const result = await kind.run(invocation);
    const { tool, call } = invocation;
    // The `returns` of bundled tools describes what their operations return.
    if (!tool.outputSchema || kind.needs === 'redis') return result;
    const { outcomeOf, shapeResult } = await import('./returns.ts');
    const checkpoint = checkpointOf(tool, call.deadline, call.signal, outcomeOf(tool));
    return await shapeResult(tool, tool.outputSchema, result, options.cacheFolder, checkpoint);
  }

  function invocationOf(
    kind: ActionKind,
    tool: ToolWith<Action>,
    params: Record<string, unknown>,
    call: Call,
  ): Invocation {
    return {
      tool,
      params,
      call,
      maxOutputBytes,
      redis: connection,
      get declared() {
        return [...Object.keys(manifest.env), ...Object.keys(tool.environment)];
      },
      // Computed when it is first read: an operation on Redis does not need it.
      get environment() {
        const known = environments.get(tool);
        if (known) return known;
        const made = toolEnvironment(manifest, tool, env, kind.variables?.(tool.action));
        environments.set(tool, made);
        return made;
      },
    };
  }

  return runner;
}

function notRunnable({ name }: Tool): GantzError {
  return new GantzError('NOT_RUNNABLE', `Tool ${name} has no action`, {
    hint: `Give it one of ${ACTION_KEYS.join(', ')} in the manifest.`,
  });
}
