import { GantzError, withOutcome, type Outcome } from '../errors.ts';
import { connectTo, type Connect } from './connect.ts';
import { DeadlineWatch } from './deadline-watch.ts';
import { explainRedisError, isLoading, isReply, outcomeOf } from './errors.ts';
import { keyOf } from './keys.ts';
import { lateClient } from './late-client.ts';
import type { Link } from './link.ts';
import type { DedicatedRedis, Redis } from './redis.ts';
import type { Binding, RedisOptions } from './redis-options.ts';
import { runScript } from './scripts.ts';
import { Slots } from './slots.ts';
import type { Target } from './url.ts';

/** How many connections the calls of one process may have to themselves at a time. */
const DEDICATED_CONNECTIONS = 64;

/** A connection of its own is asked for a sign of life this often; an idle timeout would close a quiet one instead. */
const HEARTBEAT_MS = 15_000;

/** How soon a server that is still reading its data is asked again. */
const LOADING_PAUSE_MS = 20;

/** One call under way. */
type Pending = Pick<Binding, 'deadline'> & {
  /** What may still end it because its caller went away. */
  signal: AbortSignal | undefined;
  readonly readOnly: boolean;
  readonly resolve: (result: never) => void;
  readonly reject: (error: Error) => void;
  over: boolean;
  /** The connection it was sent on; undefined as long as it waits for one. */
  link: Link | undefined;
  /** How many calls that connection had answered when this one began. */
  answeredBefore: number;
  /** What ends with it. */
  ending: (() => void)[] | undefined;
};

type Work<R> = (redis: Redis) => Promise<R>;

/** The calls under way on one Redis: each is bound to its deadline and its signal, and they share one connection. */
export class Calls {
  readonly #where: string;
  readonly #mode: RedisOptions['mode'];
  readonly #embedded: boolean;
  readonly #connect: Connect;
  readonly #underWay = new DeadlineWatch<Pending>((pending) => this.#expire(pending));
  /** The signals that are listened to: once each, since a batch has thousands of calls on one. */
  readonly #signals = new WeakSet<AbortSignal>();
  readonly #slots = new Slots(DEDICATED_CONNECTIONS);
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
  use<R>({ deadline, signal, readOnly = false }: Binding, work: Work<R>): Promise<R> {
    return new Promise<R>((resolve, reject) => {
      if (this.#closed || signal?.aborted) {
        reject(this.#closed ? closedError() : cancellation(signal?.reason));
        return;
      }
      const pending: Pending = {
        deadline,
        signal,
        readOnly,
        resolve,
        reject,
        over: false,
        link: undefined,
        answeredBefore: 0,
        ending: undefined,
      };
      this.#underWay.add(pending);
      if (signal && !this.#signals.has(signal)) this.#listen(signal);
      this.#run(pending, work);
    });
  }

  /** Ends all connections; calls under way fail. */
  close(): void {
    this.#closed = true;
    for (const pending of this.#underWay.all())
      this.#fail(pending, withOutcome(closedError(), this.#outcome(pending)));
    this.#connect.close();
    this.#underWay.close();
  }

  /** Begins the work of a call. No promise of its own: where thousands of calls are made, each one is felt. */
  #run<R>(pending: Pending, work: Work<R>): void {
    const link = this.#connect.ready();
    const redis = link ? this.#bind(link, pending) : this.#lateRedis(pending);
    work(redis).then(
      (result) => {
        if (pending.link) pending.link.answered++;
        if (this.#finish(pending)) (pending.resolve as (result: R) => void)(result);
      },
      (error: unknown) => {
        // What failed on this side says nothing of the server.
        if (pending.link && isReply(error)) pending.link.answered++;
        // A server that is still reading its data has done nothing yet; an embedded one will soon be there.
        if (this.#embedded && isLoading(error) && !pending.over) this.#runSoon(pending, work);
        else this.#fail(pending, this.#explain(error, pending));
      },
    );
  }

  #runSoon<R>(pending: Pending, work: Work<R>): void {
    pending.link?.end();
    pending.link = undefined;
    setTimeout(() => {
      if (!pending.over) this.#run(pending, work);
    }, LOADING_PAUSE_MS);
  }

  /** A connection for a call that is sent on it from now on. */
  #bind(link: Link, pending: Pending): Redis {
    if (pending.over) throw closedError();
    pending.link = link;
    pending.answeredBefore = link.answered;
    link.begin();
    const { client } = link;
    return {
      client,
      key: this.#key,
      run: (script, keys, args) =>
        runScript(client, script, keys, args, this.#mode === 'long-lived' ? link.scripts : undefined),
      connected: () => Promise.resolve(),
      outliveSignal: () => (pending.signal = undefined),
      dedicated: () => this.#dedicated(pending),
    };
  }

  /** For a call that finds no connection: its first command makes one. */
  #lateRedis(pending: Pending): Redis {
    let connecting: Promise<Redis> | undefined;
    const there = (): Promise<Redis> =>
      (connecting ??= this.#connect.link(pending.deadline).then((link) => this.#bind(link, pending)));
    return {
      client: lateClient(async () => (await there()).client),
      key: this.#key,
      run: async (script, keys, args) => (await there()).run(script, keys, args),
      connected: async () => (await there()).connected(),
      outliveSignal: () => (pending.signal = undefined),
      dedicated: async () => (await there()).dedicated(),
    };
  }

  async #dedicated(pending: Pending): Promise<DedicatedRedis> {
    const ending = (pending.ending ??= []);
    const release = await this.#slots.take((cancel) => ending.push(cancel));
    let link: Link | undefined;
    const close = (): void => {
      link?.destroy();
      release();
    };
    ending.push(close);
    try {
      if (pending.over) throw closedError();
      const own = this.#connect.another({ connectTimeoutMs: pending.deadline.remainingMs() + 100 });
      link = own;
      const lost = new Promise<never>((_, reject) => {
        own.onLost((error) => reject(asError(this.#explain(error, pending))));
      });
      lost.catch(() => undefined);
      const { client } = await own.open();
      own.beat(HEARTBEAT_MS);
      const dispose = (): Promise<void> => {
        close();
        return Promise.resolve();
      };
      return { client, ask: (withinMs) => own.ask(withinMs), lost, close, [Symbol.asyncDispose]: dispose };
    } catch (error) {
      close();
      throw this.#explain(error, pending, false);
    }
  }

  #expire(pending: Pending): void {
    const { deadline, link } = pending;
    const what = link ? 'The call' : `Connecting to Redis at ${this.#where}`;
    this.#fail(pending, withOutcome(deadline.error(what), this.#outcome(pending)));
    if (this.#mode === 'one-shot') this.#connect.drop();
    // Nobody was answered meanwhile: the server is silent, and new calls try a new connection.
    else if (link?.answered === pending.answeredBefore) link.retire();
  }

  #listen(signal: AbortSignal): void {
    this.#signals.add(signal);
    const abort = (): void => {
      for (const pending of this.#underWay.all()) {
        if (pending.signal !== signal) continue;
        this.#fail(pending, withOutcome(cancellation(signal.reason), this.#outcome(pending)));
        if (this.#mode === 'one-shot') this.#connect.drop();
      }
    };
    signal.addEventListener('abort', abort, { once: true });
  }

  /** Ends a call with a failure, unless it is over. */
  #fail(pending: Pending, error: unknown): void {
    if (this.#finish(pending)) pending.reject(asError(error));
  }

  /** Marks a call as over; false when it already was. */
  #finish(pending: Pending): boolean {
    if (pending.over) return false;
    pending.over = true;
    this.#underWay.delete(pending);
    pending.link?.end();
    if (pending.ending) for (const end of pending.ending) end();
    return true;
  }

  #outcome({ link, readOnly }: Pending): Outcome {
    return outcomeOf({ sent: link !== undefined, readOnly });
  }

  #explain(error: unknown, { link, readOnly }: Pending, sent = true): unknown {
    // Without a connection it is what connecting failed with, explained already, or the row's own.
    if (sent && !link) return error;
    return explainRedisError(link ? link.causeOf(error) : error, { where: this.#where, sent, readOnly });
  }
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
