import type { Deadline } from '../deadline.ts';
import { GantzError, withOutcome } from '../errors.ts';
import { connectTo, type Connect } from './connect.ts';
import type { Binding, RedisOptions } from './connection.ts';
import { DeadlineWatch, type Watched } from './deadline-watch.ts';
import { explainRedisError, isLoading, outcomeOf } from './errors.ts';
import { keyOf } from './keys.ts';
import { lateClient } from './late-client.ts';
import type { Link } from './link.ts';
import type { DedicatedRedis, Redis } from './redis.ts';
import { runScript } from './scripts.ts';
import { SignalWatch } from './signal-watch.ts';
import { Slots } from './slots.ts';
import type { Target } from './url.ts';

/** How many connections the calls of one process may have to themselves at a time. */
const DEDICATED_CONNECTIONS = 64;

/** A connection of its own is asked for a sign of life this often; an idle timeout would close a quiet one instead. */
const HEARTBEAT_MS = 15_000;

/** One call under way. */
type Pending = Watched & {
  readonly deadline: Deadline;
  readonly signal: AbortSignal | undefined;
  readonly readOnly: boolean;
  /** Ends it because its caller went away. */
  abort(reason: unknown): void;
  /** Ends it with this failure, unless it is over. */
  readonly fail: (error: unknown) => void;
  over: boolean;
  /** The connection it was sent on; undefined as long as it waits for one. */
  link: Link | undefined;
  /** How many calls that connection had answered when this one began. */
  answeredBefore: number;
  /** What ends with it. */
  ending: (() => void)[] | undefined;
};

/** The calls under way on one Redis: each is bound to its deadline and its signal, and they share one connection. */
export class Calls {
  readonly #where: string;
  readonly #mode: RedisOptions['mode'];
  readonly #embedded: boolean;
  readonly #connect: Connect;
  readonly #watch = new DeadlineWatch();
  readonly #signals = new SignalWatch();
  readonly #slots = new Slots(DEDICATED_CONNECTIONS);
  readonly #pending = new Set<Pending>();
  readonly #key: Redis['key'];
  #closed = false;

  constructor(options: Omit<RedisOptions, 'url' | 'namespace'> & { target: Target; namespace: string }) {
    const { target, namespace, mode } = options;
    this.#where = target.display;
    this.#mode = mode;
    this.#embedded = target.kind === 'embedded';
    this.#connect = connectTo(options);
    this.#key = (space, name) => keyOf(namespace, space, name);
  }

  /** Runs `work`; rejects with a GantzError at the deadline, on abort, and for whatever Redis does. */
  use<R>({ deadline, signal, readOnly = false }: Binding, work: (redis: Redis) => Promise<R>): Promise<R> {
    const mode = this.#mode;
    return new Promise<R>((resolve, reject) => {
      if (this.#closed || signal?.aborted) {
        reject(this.#closed ? closedError() : cancellation(signal?.reason));
        return;
      }
      const fail = (error: unknown): void => {
        if (this.#finish(pending)) reject(asError(error));
      };
      const pending: Pending = {
        deadline,
        signal,
        readOnly,
        fail,
        abort: (reason) => {
          fail(withOutcome(cancellation(reason), this.#outcome(pending)));
          if (mode === 'one-shot') this.#connect.drop();
        },
        over: false,
        link: undefined,
        answeredBefore: 0,
        ending: undefined,
        expire: () => {
          const what = pending.link ? 'The call' : `Connecting to Redis at ${this.#where}`;
          fail(withOutcome(deadline.error(what), this.#outcome(pending)));
          if (mode === 'one-shot') this.#connect.drop();
          // Nobody was answered meanwhile: the server is silent, and new calls try a new connection.
          else if (pending.link?.answered === pending.answeredBefore) pending.link.retire();
        },
      };
      if (signal) this.#signals.add(signal, pending);
      this.#pending.add(pending);
      this.#watch.add(pending);
      this.#run(pending, work).then(
        (result) => {
          if (this.#finish(pending)) resolve(result);
        },
        (error: unknown) => fail(this.#explain(error, pending)),
      );
    });
  }

  /** Ends all connections; calls under way fail. */
  close(): void {
    this.#closed = true;
    for (const pending of [...this.#pending])
      pending.fail(withOutcome(closedError(), this.#outcome(pending)));
    this.#connect.close();
    this.#watch.close();
  }

  async #run<R>(pending: Pending, work: (redis: Redis) => Promise<R>): Promise<R> {
    for (;;) {
      const link = this.#connect.ready();
      try {
        return await work(link ? this.#redis(this.#begin(link, pending), pending) : this.#lateRedis(pending));
      } catch (error) {
        // A server that is still reading its data has done nothing yet; an embedded one will soon be there.
        if (!this.#embedded || !isLoading(error)) throw error;
      } finally {
        if (pending.link) pending.link.answered++;
      }
      if (isOver(pending)) throw closedError();
      pending.link?.end();
      pending.link = undefined;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** Binds a call to the connection that it is sent on. */
  #begin(link: Link, pending: Pending): Link {
    if (pending.over) throw closedError();
    pending.link = link;
    pending.answeredBefore = link.answered;
    link.begin();
    return link;
  }

  /** For a call that finds no connection: its first command makes one. */
  #lateRedis(pending: Pending): Redis {
    let connecting: Promise<Redis> | undefined;
    const there = (): Promise<Redis> =>
      (connecting ??= this.#connect
        .link(pending.deadline)
        .then((link) => this.#redis(this.#begin(link, pending), pending)));
    return {
      client: lateClient(async () => (await there()).client),
      key: this.#key,
      run: async (script, keys, args) => (await there()).run(script, keys, args),
      connected: async () => (await there()).connected(),
      outliveSignal: () => this.#forgetSignal(pending),
      dedicated: async () => (await there()).dedicated(),
    };
  }

  #redis(link: Link, pending: Pending): Redis {
    const { client } = link;
    const loaded = this.#mode === 'long-lived' ? link.scripts : undefined;
    return {
      client,
      key: this.#key,
      run: (script, keys, args) => runScript(client, script, keys, args, loaded),
      connected: () => Promise.resolve(),
      outliveSignal: () => this.#forgetSignal(pending),
      dedicated: () => this.#dedicated(pending),
    };
  }

  async #dedicated(pending: Pending): Promise<DedicatedRedis> {
    const ending = (pending.ending ??= []);
    const release = await this.#slots.take((cancel) => ending.push(cancel));
    let link: Link | undefined;
    let heartbeat: NodeJS.Timeout | undefined;
    const close = (): void => {
      clearInterval(heartbeat);
      link?.destroy();
      release();
    };
    ending.push(close);
    try {
      if (pending.over) throw closedError();
      const own = this.#connect.another({ connectTimeoutMs: pending.deadline.remainingMs() + 100 });
      link = own;
      const lost = new Promise<never>((_, reject) => {
        own.onLost((error) => reject(asError(this.#explain(error, pending, true))));
      });
      lost.catch(() => undefined);
      const { client } = await own.open();
      if (isOver(pending)) throw closedError();
      const ask = (withinMs: number): Promise<void> => own.ask(withinMs);
      heartbeat = setInterval(() => void ask(HEARTBEAT_MS).catch(() => undefined), HEARTBEAT_MS);
      const dispose = (): Promise<void> => {
        close();
        return Promise.resolve();
      };
      return { client, ask, lost, close, [Symbol.asyncDispose]: dispose };
    } catch (error) {
      close();
      throw this.#explain(error, pending, false);
    }
  }

  /** Marks a call as over; false when it already was. */
  #finish(pending: Pending): boolean {
    if (pending.over) return false;
    pending.over = true;
    this.#pending.delete(pending);
    this.#watch.delete(pending);
    pending.link?.end();
    this.#forgetSignal(pending);
    for (const end of pending.ending ?? []) end();
    return true;
  }

  #forgetSignal(pending: Pending): void {
    if (pending.signal) this.#signals.delete(pending.signal, pending);
  }

  #outcome({ link, readOnly }: Pending): 'none' | 'unknown' {
    return outcomeOf({ sent: link !== undefined, readOnly }) === 'none' ? 'none' : 'unknown';
  }

  #explain(error: unknown, { link, readOnly }: Pending, sent = true): unknown {
    // Without a connection it is what connecting failed with, explained already, or the row's own.
    if (sent && !link) return error;
    return explainRedisError(link ? link.causeOf(error) : error, { where: this.#where, sent, readOnly });
  }
}

/** Asked anew after each wait: the compiler would believe the answer from before it. */
function isOver({ over }: Pending): boolean {
  return over;
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
