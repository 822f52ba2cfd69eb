import type { Call } from '../call.ts';
import { Deadline } from '../deadline.ts';
import type { Result } from '../envelope.ts';
import { GantzError } from '../errors.ts';
import { toolEnvironment } from '../manifest/environment.ts';
import type { HandlerAction, Tool } from '../manifest/manifest.ts';
import { checkParameters } from '../parameters/check.ts';
import { compileValidator, knownValidator } from '../parameters/validator.ts';
import type { RunnableRow } from './bundled.ts';
import type { Catalogue } from './catalogue.ts';
import type { Invocation } from './invocation.ts';
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
export type CallSettings = Partial<Pick<Call, 'deadline' | 'signal' | 'emit' | 'follow'>>;

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

export const DEFAULT_MAX_OUTPUT_BYTES = 10 * 1024 * 1024;

const REDIS_TIMEOUT_MS = 10_000;
const DEFAULT_TIMEOUT_MS = 30_000;
const ignore = (): void => undefined;

/** Opens a runner; nothing is connected before a call needs it. */
export function openRunner(options: RunnerOptions): Runner {
  const { catalogue, env, mode, timeoutMs, notice, maxOutputBytes = DEFAULT_MAX_OUTPUT_BYTES } = options;
  const { manifest } = catalogue;
  let redis: RedisOfManifest | undefined;
  let connecting: Promise<unknown> | undefined;
  const rows = new Map<HandlerAction, RunnableRow>();
  const closing = new AbortController();
  const underWay = new Set<Promise<Result>>();

  const runner: Runner = {
    ...catalogue,
    async prepare(tool) {
      try {
        await compileValidator(tool.inputSchema, options.cacheFolder);
        if (!isBundled(tool.action)) return;
        await loadRow(tool.action);
        connecting ??= runner
          .redis()
          .use({ deadline: runner.deadline(tool), readOnly: true }, ({ connected }) => connected());
        await connecting;
      } catch {
        // The call finds it again, and answers with it.
      }
    },
    deadline(tool, startedAt = performance.now()) {
      return timeoutMs === undefined
        ? new Deadline({ budgetMs: tool.timeoutMs ?? defaultTimeoutMs(tool), startedAt })
        : new Deadline({ budgetMs: timeoutMs, startedAt, fixed: true });
    },
    async call(
      tool,
      input,
      { deadline = runner.deadline(tool), signal, emit = ignore, follow = false } = {},
    ) {
      closing.signal.throwIfAborted();
      // Only the first call waits for what must be loaded: a wait per call would be felt where thousands are made.
      const { inputSchema, action, annotations } = tool;
      const validate =
        knownValidator(inputSchema) ?? (await compileValidator(inputSchema, options.cacheFolder));
      const { params, given } = checkParameters(tool, input, validate);
      const call: Call = { deadline, signal, emit, notice, follow, given };
      if (!isBundled(action)) return await runOutside(tool, params, call);
      const row = rows.get(action) ?? (await loadRow(action));
      const binding = { deadline, signal, readOnly: annotations.readOnlyHint === true };
      return await runner.redis().use(binding, (connection) => row(connection, params, call));
    },
    redis() {
      return (redis ??= openRedisOf({ manifest, env, mode, notice }));
    },
    async close() {
      closing.abort(new GantzError('CANCELLED', 'The call was ended because gantz was closed'));
      await redis?.close();
      await Promise.allSettled(underWay);
    },
  };

  /** Runs what is no Redis tool; ends when the runner is closed. */
  async function runOutside(tool: Tool, params: Record<string, unknown>, call: Call): Promise<Result> {
    const running = runAction(tool, params, {
      ...call,
      signal: call.signal ? AbortSignal.any([call.signal, closing.signal]) : closing.signal,
    });
    underWay.add(running);
    return await running.finally(() => underWay.delete(running));
  }

  async function loadRow(action: HandlerAction): Promise<RunnableRow> {
    const row = await (await import('./bundled.ts')).findRow(action);
    rows.set(action, row);
    return row;
  }

  async function runAction(tool: Tool, params: Record<string, unknown>, call: Call): Promise<Result> {
    const { action } = tool;
    const invocation: Invocation = {
      tool,
      params,
      call,
      environment: toolEnvironment(manifest, tool, env),
      maxOutputBytes,
    };
    switch (action?.kind) {
      case 'script':
        return await (await import('./script/script.ts')).runScript(invocation);
      case 'http':
        return await (await import('./http/http.ts')).runHttp(invocation);
      case 'handler':
        return await (await import('./user-handler/user-handler.ts')).runUserHandler(invocation);
      case undefined:
        throw new GantzError('NOT_RUNNABLE', `Tool ${tool.name} has no action`, {
          hint: 'Give it one of script, http or handler in the manifest.',
        });
    }
  }

  return runner;
}

function defaultTimeoutMs({ action }: Tool): number {
  return isBundled(action) ? REDIS_TIMEOUT_MS : DEFAULT_TIMEOUT_MS;
}

/** Whether an action is a row of tools/, which runs on Redis inside the process. */
export function isBundled(action: Tool['action']): action is HandlerAction & { builtin: true } {
  return action?.kind === 'handler' && action.builtin;
}
