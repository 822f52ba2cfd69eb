import { GantzError, withOutcome, type Outcome } from '../../contract/errors.ts';
import { DeadlineWatch } from './deadline-watch.ts';
import { explainRedisError, isLoading, isNotMaster, isReply, outcomeOf } from '../errors.ts';
import { keyOf } from '../keys.ts';
import { Notifications } from './notifications.ts';
import type { RedisOptions, UseOptions } from '../options.ts';
import type { DedicatedRedis, LineOptions, Place, Redis } from '../redis.ts';
import type { Connect } from '../schemes/scheme.ts';
import type { CallConnection, PendingCall } from './pending-call.ts';
import type { ServerConnection } from './server-connection.ts';
import type { Servers } from './servers.ts';

/** How many dedicated connections the calls of one process may hold, unless GANTZ_MAX_SUBSCRIPTIONS sets another number. */
const DEDICATED_CONNECTIONS = 64;

/** How many calls of one process may wait, unless GANTZ_MAX_WAITS sets another number: half of those that a server runs. */
const WAITING_CALLS = 128;

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
  readonly #notifications: Notifications;
  readonly #dedicatedLimit: number;
  readonly #waitLimit: number;
  #dedicatedCount = 0;
  #waitCount = 0;
  #closed = false;

  /** Throws USAGE for a wrong GANTZ_MAX_SUBSCRIPTIONS or GANTZ_MAX_WAITS. */
  constructor({ env, ...options }: CallsOptions) {
    this.#where = options.where;
    this.#mode = options.mode;
    this.#dedicatedLimit = parseLimit(env, 'GANTZ_MAX_SUBSCRIPTIONS', DEDICATED_CONNECTIONS);
    this.#waitLimit = parseLimit(env, 'GANTZ_MAX_WAITS', WAITING_CALLS);
    this.#servers = options.servers({
      key: (space, name) => keyOf(options.namespace, space, name),
      mode: options.mode,
      dedicated: (call, connection) => this.#dedicated(call, connection),
      enterLine: (call, line) => this.#enterLine(call, line),
      mayRepeat: (call, error) => this.#mayRepeat(call, error),
    });
    this.#notifications = new Notifications((near, deadline) => this.#servers.home(near, deadline));
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
    this.#notifications.close();
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

  async #failWithDiagnosis(call: PendingCall, connection: CallConnection, error: unknown): Promise<void> {
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

  #enterLine(call: PendingCall, line: LineOptions): Place {
    if (call.ended) throw closedError();
    const place = this.#notifications.enter(line);
    let isCounted = false;
    const leave = (passOn: boolean): void => {
      place.leave(passOn);
      if (isCounted) this.#waitCount--;
      isCounted = false;
    };
    (call.cleanups ??= []).push(() => leave(true));
    return {
      ...place,
      leave,
      sleep: async (ms) => {
        if (!isCounted && this.#waitCount >= this.#waitLimit) throw tooManyWaits(this.#waitLimit);
        if (!isCounted) this.#waitCount++;
        isCounted = true;
        await place.sleep(ms);
      },
    };
  }

  #mayRepeat(call: PendingCall, error: unknown): boolean {
    const explained = this.#explain(error, call);
    // A new connection may lead to another server, or to the same one in a better state.
    if (isNotMaster(error) || isLoading(error)) call.connection?.retire();
    if (!(explained instanceof GantzError) || explained.outcome !== 'none') return false;
    return explained.code === 'REDIS_UNAVAILABLE' && explained.retryable;
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

  #outcome({ connection, executed, readOnly }: PendingCall): Outcome {
    return outcomeOf({ sent: connection !== undefined || executed, readOnly });
  }

  #explain(error: unknown, { connection, readOnly }: PendingCall, sent = true): unknown {
    // Without a connection, either connecting failed, which is explained already, or the operation threw by itself.
    if (sent && !connection) return error;
    const cause = connection ? connection.causeOf(error) : error;
    return explainRedisError(cause, { where: this.#where, sent, readOnly });
  }
}

function parseLimit(env: RedisOptions['env'], name: string, otherwise: number): number {
  const text = env[name];
  if (!text) return otherwise;
  if (/^[1-9]\d{0,4}$/.test(text)) return Number(text);
  throw new GantzError('USAGE', `${name} ${JSON.stringify(text)} is not a number from 1 to 99999`);
}

function tooManyWaits(limit: number): GantzError {
  return new GantzError('OVERLOADED', `${limit} calls of this process wait, which is its limit`, {
    hint: 'Call again later or without wait, or set GANTZ_MAX_WAITS to a larger number.',
  });
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
