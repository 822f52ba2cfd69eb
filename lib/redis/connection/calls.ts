import { GantzError, withOutcome, type Outcome } from '../../contract/errors.ts';
import { DeadlineWatch } from './deadline-watch.ts';
import { explainRedisError, isLoading, isNotMaster, isReply, outcomeOf } from '../errors.ts';
import { keyOf } from '../keys.ts';
import type { RedisOptions, UseOptions } from '../options.ts';
import type { DedicatedRedis, Redis } from '../redis.ts';
import type { Connect } from '../schemes/scheme.ts';
import type { PendingCall } from './pending-call.ts';
import type { ServerConnection } from './server-connection.ts';
import type { Servers } from './servers.ts';

/** How many dedicated connections the calls of one process may hold, unless GANTZ_MAX_SUBSCRIPTIONS sets another number. */
const DEDICATED_CONNECTIONS = 64;

/** The interval of the PINGs on a dedicated connection. An idle timeout would close a quiet connection. */
const HEARTBEAT_MS = 15_000;

/** The pause before a call is repeated. */
const REPEAT_PAUSE_MS = 20;

type CallsOptions = Pick<RedisOptions, 'env' | 'mode'> & {
  /** The address for messages. */
  where: string;
  namespace: string;
  servers: Connect;
};

type Work<R> = (redis: Redis) => Promise<R>;

/** The pending calls on one Redis. They share connections; each has its own deadline and signal. */
export class Calls {
  readonly #where: string;
  readonly #mode: RedisOptions['mode'];
  readonly #servers: Servers;
  readonly #pending = new DeadlineWatch<PendingCall>((call) => this.#expire(call));
  /** The signals that have a listener. A batch has thousands of calls on one signal, which needs only one. */
  readonly #signals = new WeakSet<AbortSignal>();
  readonly #dedicatedLimit: number;
  #dedicatedCount = 0;
  #closed = false;

  /** Throws USAGE for a wrong GANTZ_MAX_SUBSCRIPTIONS. */
  constructor({ env, ...options }: CallsOptions) {
    this.#where = options.where;
    this.#mode = options.mode;
    this.#dedicatedLimit = parseDedicatedLimit(env);
    this.#servers = options.servers({
      key: (space, name) => keyOf(options.namespace, space, name),
      mode: options.mode,
      dedicated: (call, connection) => this.#dedicated(call, connection),
    });
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
        executed: false,
        unchanged: false,
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
    this.#servers.close();
    this.#pending.close();
  }

  /**
   * Starts the work of a call. It returns no promise: with thousands of calls, one more promise per call costs time.
   */
  #run<R>(call: PendingCall, work: Work<R>, repeatUntil?: number): void {
    work(this.#servers.bind(call)).then(
      (result) => {
        if (call.connection) call.connection.answeredCalls++;
        if (this.#end(call)) (call.resolve as (result: R) => void)(result);
      },
      (error: unknown) => {
        // Only an error reply proves that the server answered.
        if (call.connection && isReply(error)) call.connection.answeredCalls++;
        const patienceMs = this.#servers.patienceMs(error);
        const until = repeatUntil ?? performance.now() + patienceMs;
        if (!call.ended && patienceMs > 0 && performance.now() < until) {
          if (isNotMaster(error)) call.connection?.retire();
          this.#runAfterPause(call, work, until);
          return;
        }
        // A new connection may lead to another server, or to the same one in a better state.
        if (isNotMaster(error) || isLoading(error)) call.connection?.retire();
        if (call.connection?.mayHaveRefusedTransport(error))
          void this.#failWithDiagnosis(call, call.connection, error);
        else this.#fail(call, this.#explain(error, call));
      },
    );
  }

  async #failWithDiagnosis(call: PendingCall, connection: ServerConnection, error: unknown): Promise<void> {
    const cause = await connection.diagnose(error);
    this.#fail(call, this.#explain(cause, call));
  }

  #runAfterPause<R>(call: PendingCall, work: Work<R>, until: number): void {
    call.connection?.removeCall();
    call.connection = undefined;
    setTimeout(() => {
      if (!call.ended) this.#run(call, work, until);
    }, REPEAT_PAUSE_MS);
  }

  async #dedicated(call: PendingCall, shared: ServerConnection): Promise<DedicatedRedis> {
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
      const connection = shared.another({ connectTimeoutMs: call.deadline.remainingMs() + 100 });
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
    if (this.#mode === 'one-shot') this.#servers.closeShared();
    // The server answered no call since this one was sent, so new calls use a new connection.
    else if (connection?.answeredCalls === call.answeredBefore) connection.retire();
  }

  #listen(signal: AbortSignal): void {
    this.#signals.add(signal);
    const abort = (): void => {
      for (const call of this.#pending.all()) {
        if (call.signal !== signal) continue;
        this.#fail(call, withOutcome(cancellation(signal.reason), this.#outcome(call)));
        if (this.#mode === 'one-shot') this.#servers.closeShared();
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

  #outcome({ connection, executed, unchanged, readOnly }: PendingCall): Outcome {
    return outcomeOf({ sent: connection !== undefined || executed, readOnly: readOnly || unchanged });
  }

  #explain(error: unknown, { connection, readOnly, unchanged }: PendingCall, sent = true): unknown {
    // Without a connection, either connecting failed, which is explained already, or the operation threw by itself.
    if (sent && !connection) return error;
    const cause = connection ? connection.causeOf(error) : error;
    return explainRedisError(cause, { where: this.#where, sent, readOnly: readOnly || unchanged });
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
