import { GantzError, withOutcome, type Outcome } from '../../contract/errors.ts';
import { DeadlineWatch } from './deadline-watch.ts';
import { explainRedisError, isLoading, isReply, outcomeOf } from '../errors.ts';
import { keyOf } from '../keys.ts';
import { lazyClient } from './lazy-client.ts';
import type { RedisOptions, UseOptions } from '../options.ts';
import type { DedicatedRedis, Redis } from '../redis.ts';
import { runScript } from '../scripts.ts';
import { createConnections, type ServerConnections } from './server-connections.ts';
import type { ServerConnection } from './server-connection.ts';
import type { Target } from '../url.ts';

/** How many dedicated connections the calls of one process may hold, unless GANTZ_MAX_SUBSCRIPTIONS sets another number. */
const DEDICATED_CONNECTIONS = 64;

/** The interval of the PINGs on a dedicated connection. An idle timeout would close a quiet connection. */
const HEARTBEAT_MS = 15_000;

/** The pause before a call is repeated on a server that is still loading its data. */
const LOADING_PAUSE_MS = 20;

/** A call that has not ended. */
type PendingCall = Pick<UseOptions, 'deadline'> & {
  /** Cancels the call; undefined when the caller gave none or the operation ignores it. */
  signal: AbortSignal | undefined;
  readonly readOnly: boolean;
  readonly resolve: (result: never) => void;
  readonly reject: (error: Error) => void;
  ended: boolean;
  /** The connection that carries the call; undefined while the call waits for a connection. */
  connection: ServerConnection | undefined;
  /** The value of `connection.answeredCalls` when the call was sent. */
  answeredBefore: number;
  /** Functions to run when the call ends. */
  cleanups: (() => void)[] | undefined;
};

type Work<R> = (redis: Redis) => Promise<R>;

/** The pending calls on one Redis. They share one connection; each has its own deadline and signal. */
export class Calls {
  readonly #where: string;
  readonly #mode: RedisOptions['mode'];
  readonly #embedded: boolean;
  readonly #connections: ServerConnections;
  readonly #pending = new DeadlineWatch<PendingCall>((call) => this.#expire(call));
  /** The signals that have a listener. A batch has thousands of calls on one signal, which needs only one. */
  readonly #signals = new WeakSet<AbortSignal>();
  readonly #dedicatedLimit: number;
  #dedicatedCount = 0;
  readonly #key: Redis['key'];
  #closed = false;

  /** Throws USAGE for a wrong GANTZ_MAX_SUBSCRIPTIONS. */
  constructor(options: Omit<RedisOptions, 'url' | 'namespace'> & { target: Target; namespace: string }) {
    const { target, namespace, mode } = options;
    this.#where = target.display;
    this.#mode = mode;
    this.#embedded = target.kind === 'embedded';
    this.#dedicatedLimit = parseDedicatedLimit(options.env);
    this.#connections = createConnections(options);
    this.#key = (space, name) => keyOf(namespace, space, name);
  }

  /** Runs `work`. Rejects with a GantzError at the deadline, on abort, and for every failure of Redis. */
  use<R>({ deadline, signal, readOnly = false }: UseOptions, work: Work<R>): Promise<R> {
    return new Promise<R>((resolve, reject) => {
      if (this.#closed || signal?.aborted) {
        reject(this.#closed ? closedError() : cancellation(signal?.reason));
        return;
      }
      const call: PendingCall = {
        deadline,
        signal,
        readOnly,
        resolve,
        reject,
        ended: false,
        connection: undefined,
        answeredBefore: 0,
        cleanups: undefined,
      };
      this.#pending.add(call);
      if (signal && !this.#signals.has(signal)) this.#listen(signal);
      this.#run(call, work);
    });
  }

  /** Closes all connections. Pending calls fail with CANCELLED. */
  close(): void {
    this.#closed = true;
    for (const call of this.#pending.all()) this.#fail(call, withOutcome(closedError(), this.#outcome(call)));
    this.#connections.close();
    this.#pending.close();
  }

  /**
   * Starts the work of a call. It returns no promise: with thousands of calls, one more promise per call costs time.
   */
  #run<R>(call: PendingCall, work: Work<R>): void {
    const connection = this.#connections.sharedIfReady();
    const redis = connection ? this.#bind(connection, call) : this.#lazyRedis(call);
    work(redis).then(
      (result) => {
        if (call.connection) call.connection.answeredCalls++;
        if (this.#end(call)) (call.resolve as (result: R) => void)(result);
      },
      (error: unknown) => {
        // Only an error reply proves that the server answered.
        if (call.connection && isReply(error)) call.connection.answeredCalls++;
        // A server that is loading its data has executed nothing. An embedded server finishes soon, so the call waits.
        if (this.#embedded && isLoading(error) && !call.ended) this.#runAfterPause(call, work);
        else this.#fail(call, this.#explain(error, call));
      },
    );
  }

  #runAfterPause<R>(call: PendingCall, work: Work<R>): void {
    call.connection?.removeCall();
    call.connection = undefined;
    setTimeout(() => {
      if (!call.ended) this.#run(call, work);
    }, LOADING_PAUSE_MS);
  }

  /** Assigns a call to a connection, and returns the `Redis` that its operation uses. */
  #bind(connection: ServerConnection, call: PendingCall): Redis {
    if (call.ended) throw closedError();
    call.connection = connection;
    call.answeredBefore = connection.answeredCalls;
    connection.addCall();
    const { client } = connection;
    return {
      client,
      key: this.#key,
      run: (script, keys, args) =>
        runScript(client, script, keys, args, this.#mode === 'long-lived' ? connection.scripts : undefined),
      connect: () => Promise.resolve(),
      ignoreAbort: () => (call.signal = undefined),
      dedicated: () => this.#dedicated(call),
    };
  }

  /** Returns a `Redis` whose first command opens the shared connection. */
  #lazyRedis(call: PendingCall): Redis {
    let connecting: Promise<Redis> | undefined;
    const connected = (): Promise<Redis> =>
      (connecting ??= this.#connections
        .shared(call.deadline)
        .then((connection) => this.#bind(connection, call)));
    return {
      client: lazyClient(async () => (await connected()).client),
      key: this.#key,
      run: async (script, keys, args) => (await connected()).run(script, keys, args),
      connect: async () => (await connected()).connect(),
      ignoreAbort: () => (call.signal = undefined),
      dedicated: async () => (await connected()).dedicated(),
    };
  }

  async #dedicated(call: PendingCall): Promise<DedicatedRedis> {
    const cleanups = (call.cleanups ??= []);
    if (this.#dedicatedCount >= this.#dedicatedLimit) throw tooManySubscriptions(this.#dedicatedLimit);
    this.#dedicatedCount++;
    let opened: ServerConnection | undefined;
    let isClosed = false;
    const close = (): void => {
      opened?.destroy();
      if (!isClosed) this.#dedicatedCount--;
      isClosed = true;
    };
    cleanups.push(close);
    try {
      if (call.ended) throw closedError();
      const connection = this.#connections.createDedicated({
        connectTimeoutMs: call.deadline.remainingMs() + 100,
      });
      opened = connection;
      const lost = new Promise<never>((_, reject) => {
        connection.onLost((error) => reject(asError(this.#explain(error, call))));
      });
      lost.catch(() => undefined);
      const { client } = await connection.open();
      connection.startHeartbeat(HEARTBEAT_MS);
      const dispose = (): Promise<void> => {
        close();
        return Promise.resolve();
      };
      const ping = (timeoutMs: number): Promise<void> => connection.ping(timeoutMs);
      return { client, ping, lost, close, [Symbol.asyncDispose]: dispose };
    } catch (error) {
      close();
      throw this.#explain(error, call, false);
    }
  }

  #expire(call: PendingCall): void {
    const { deadline, connection } = call;
    const what = connection ? 'The call' : `Connecting to Redis at ${this.#where}`;
    this.#fail(call, withOutcome(deadline.error(what), this.#outcome(call)));
    if (this.#mode === 'one-shot') this.#connections.closeShared();
    // The server answered no call since this one was sent, so new calls use a new connection.
    else if (connection?.answeredCalls === call.answeredBefore) connection.retire();
  }

  #listen(signal: AbortSignal): void {
    this.#signals.add(signal);
    const abort = (): void => {
      for (const call of this.#pending.all()) {
        if (call.signal !== signal) continue;
        this.#fail(call, withOutcome(cancellation(signal.reason), this.#outcome(call)));
        if (this.#mode === 'one-shot') this.#connections.closeShared();
      }
    };
    signal.addEventListener('abort', abort, { once: true });
  }

  /** Ends a call with a failure, unless it has ended. */
  #fail(call: PendingCall, error: unknown): void {
    if (this.#end(call)) call.reject(asError(error));
  }

  /** Marks a call as ended and runs its cleanups. Returns false when it had ended before. */
  #end(call: PendingCall): boolean {
    if (call.ended) return false;
    call.ended = true;
    this.#pending.delete(call);
    call.connection?.removeCall();
    if (call.cleanups) for (const cleanup of call.cleanups) cleanup();
    return true;
  }

  #outcome({ connection, readOnly }: PendingCall): Outcome {
    return outcomeOf({ sent: connection !== undefined, readOnly });
  }

  #explain(error: unknown, { connection, readOnly }: PendingCall, sent = true): unknown {
    // Without a connection, either connecting failed, which is explained already, or the operation threw by itself.
    if (sent && !connection) return error;
    const cause = connection ? connection.causeOf(error) : error;
    return explainRedisError(cause, { where: this.#where, sent, readOnly });
  }
}

function parseDedicatedLimit({ GANTZ_MAX_SUBSCRIPTIONS: text }: RedisOptions['env']): number {
  if (!text) return DEDICATED_CONNECTIONS;
  if (/^[1-9]\d{0,4}$/.test(text)) return Number(text);
  throw new GantzError(
    'USAGE',
    `GANTZ_MAX_SUBSCRIPTIONS ${JSON.stringify(text)} is not a number from 1 to 99999`,
  );
}

function tooManySubscriptions(limit: number): GantzError {
  return new GantzError('OVERLOADED', `This process has ${limit} subscriptions, which is its limit`, {
    hint: 'Call again when a subscription has ended, or set GANTZ_MAX_SUBSCRIPTIONS to a larger number.',
  });
}

function closedError(): GantzError {
  return new GantzError('CANCELLED', 'The connection to Redis is closed');
}

function cancellation(reason: unknown): GantzError {
  if (reason instanceof GantzError) return reason;
  return new GantzError('CANCELLED', 'The call was cancelled', { cause: reason });
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}
