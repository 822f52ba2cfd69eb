import type { Call } from '../contract/call.ts';
import { Deadline } from '../contract/deadline.ts';
import type { Result } from '../contract/envelope.ts';
import { GantzError } from '../contract/errors.ts';
import { toolEnvironment } from '../manifest/environment.ts';
import type { Action, Tool } from '../contract/manifest.ts';
import { checkParameters } from '../parameters/check.ts';
import { compileValidator, knownValidator } from '../parameters/validator.ts';
import type { ActionKind } from './action-kind.ts';
import type { Catalogue } from './catalogue.ts';
import type { Invocation, ToolWith } from './invocation.ts';
import { ACTION_KEYS, hasAction, kindOf, timeLimitOf } from './kinds.ts';
import { openRedisOf, type RedisOfManifest } from './redis-of-manifest.ts';
import type { Environment } from '../contract/process.ts';

export type RunnerOptions = {
  /** The manifest, and which of its tools may be called. */
  catalogue: Catalogue;
  /** The caller's environment variables. */
  env: Environment;
  /** `one-shot` ends with its one call; `long-lived` keeps and repairs its connection. */
  mode: 'one-shot' | 'long-lived';
  /** `--timeout`: the time limit of every call in milliseconds, over what tools say themselves. */
  timeoutMs?: number;
  /** The most that a script or an HTTP answer may give, in bytes; default 10 MiB. */
  maxOutputBytes?: number;
  /** Where compiled schemas are kept from one process to the next; nowhere when absent. */
  cacheFolder?: string;
  /** Writes a notice for a person. */
  notice: (text: string) => void;
};

/**
 * What a caller sets for one call. The deadline comes from the runner's own `deadline`, for a caller that needs it before
 * the call or whose call began earlier; without one, the time limit is counted from now.
 */
export type CallSettings = Partial<Pick<Call, 'deadline' | 'signal' | 'emit' | 'follow' | 'print'>>;

/** Runs the tools of one manifest; owns what they share, such as the connection to Redis. */
export type Runner = Catalogue & {
  /**
   * Loads and connects what the first call of a tool would, so that calls begun one after the other are sent in that
   * order. Never fails: what is wrong is the failure of the call itself.
   */
  prepare(tool: Tool): Promise<void>;
  /** The time limit that a call of this tool begins with; `startedAt` is when it began, as `performance.now()`. */
  deadline(tool: Tool, startedAt?: number): Deadline;
  /** Checks the parameters and runs a tool that `find` gave. Throws a GantzError on every failure. */
  call(tool: Tool, input: unknown, settings?: CallSettings): Promise<Result>;
  /** The connection that the tools of this manifest use, opened when it is first needed. */
  redis(): RedisOfManifest;
  /** Lets go of everything; calls in flight fail. */
  close(): Promise<void>;
};

const DEFAULT_MAX_OUTPUT_BYTES = 10 * 1024 * 1024;

const ignore = (): void => undefined;

/** Opens a runner; nothing is connected before a call needs it. */
export function openRunner(options: RunnerOptions): Runner {
  const { catalogue, env, mode, timeoutMs, notice, maxOutputBytes = DEFAULT_MAX_OUTPUT_BYTES } = options;
  const { manifest } = catalogue;
  let redis: RedisOfManifest | undefined;
  let connecting: Promise<unknown> | undefined;
  const closing = new AbortController();
  const underWay = new Set<Promise<Result>>();

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
        // The call fails in the same way.
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
      { deadline = runner.deadline(tool), signal, emit = ignore, follow = false, print } = {},
    ) {
      closing.signal.throwIfAborted();
      // Only the first call waits: a wait in each call is measurable where thousands are made.
      const { inputSchema } = tool;
      const validate =
        knownValidator(inputSchema) ?? (await compileValidator(inputSchema, options.cacheFolder));
      const { params, given } = checkParameters(tool, input, validate);
      const call: Call = { deadline, signal, emit, notice, follow, given, print };
      const kind = kindOf(tool);
      if (!kind || !hasAction(tool)) throw notRunnable(tool);
      if (kind.needs !== 'redis') return await runOutside(kind, tool, params, call);
      return await kind.run(invocationOf(kind, tool, params, call));
    },
    redis: connection,
    async close() {
      closing.abort(new GantzError('CANCELLED', 'The call was ended because gantz was closed'));
      await redis?.close();
      await Promise.allSettled(underWay);
    },
  };

  function connection(): RedisOfManifest {
    return (redis ??= openRedisOf({ manifest, env, mode, notice }));
  }

  /** Runs an action that closing the connection to Redis does not end; it ends when the runner is closed. */
  async function runOutside(
    kind: ActionKind,
    tool: ToolWith<Action>,
    params: Record<string, unknown>,
    call: Call,
  ): Promise<Result> {
    const signal = call.signal ? AbortSignal.any([call.signal, closing.signal]) : closing.signal;
    const running = kind.run(invocationOf(kind, tool, params, { ...call, signal }));
    underWay.add(running);
    return await running.finally(() => underWay.delete(running));
  }

  function invocationOf(
    kind: ActionKind,
    tool: ToolWith<Action>,
    params: Record<string, unknown>,
    call: Call,
  ): Invocation {
    let environment: Record<string, string> | undefined;
    return {
      tool,
      params,
      call,
      maxOutputBytes,
      redis: connection,
      // Computed when it is first read: an operation on Redis does not need it.
      get environment() {
        return (environment ??= toolEnvironment(manifest, tool, env, kind.variables?.(tool.action)));
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
