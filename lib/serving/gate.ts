import type { Deadline } from '../contract/deadline.ts';
import { GantzError } from '../contract/errors.ts';
import { collectGarbageInBun } from './bun-garbage.ts';

/** How many calls may run at a time (`all`), and how many of these may be scripts, HTTP requests or handlers (`outside`). */
export type Concurrency = { all: number; outside: number };

/** How many bytes of requests without an answer an interface holds: eight of the largest bodies that HTTP accepts. */
export const MAX_HELD_BYTES = 128 * 1024 * 1024;

/** A call that wants to begin. */
export type Entrant = {
  /** Its name in messages. */
  what: string;
  /** True for scripts, HTTP requests and handlers. */
  outside: boolean;
  /** Waiting counts against it. */
  deadline: Deadline;
  signal: AbortSignal | undefined;
};

/** How many calls may wait for each call that may run. */
const QUEUE = 4;

/** Refused calls leave garbage, 3 KB each, faster than any others. It is collected after this many. */
const COLLECT_EVERY = 5000;

type Waiting = { order: number; begin: () => void };

/** Limits how many calls run at a time. More calls wait in the order of their arrival, and calls beyond that are refused. */
export class Gate {
  readonly #limits: Concurrency;
  readonly #redis = new Set<Waiting>();
  readonly #outside = new Set<Waiting>();
  #refused = 0;
  #runningAll = 0;
  #runningOutside = 0;
  #arrivals = 0;

  constructor(limits: Concurrency) {
    this.#limits = limits;
  }

  /** How many calls wait. */
  get queued(): number {
    return this.#redis.size + this.#outside.size;
  }

  /** How many calls were refused. */
  get refused(): number {
    return this.#refused;
  }

  /** Counts a refused call, and returns its failure. */
  refuse(message: string): GantzError {
    this.#refused++;
    if (this.#refused % COLLECT_EVERY === 0) collectGarbageInBun();
    return new GantzError('OVERLOADED', message, {
      hint: 'Call again later, make fewer calls at a time, or start gantz with a larger --max-calls.',
    });
  }

  /**
   * Runs the work of a call when its turn comes. Rejects with OVERLOADED when too many calls wait, with TIMEOUT at the
   * deadline, and with the signal's reason when it aborts first; then `work` is not called. Otherwise returns its result.
   */
  run<R>(entrant: Entrant, work: () => Promise<R>): Promise<R> {
    const { outside } = entrant;
    // A call that may begin has none to wait for: those that wait may not begin.
    if (this.#mayBegin(outside)) {
      this.#count(outside, 1);
      return this.#leaveAfter(work(), outside);
    }
    if (this.queued >= this.#limits.all * QUEUE)
      return Promise.reject(this.refuse(`Too many calls: ${this.#runningAll} run and ${this.queued} wait`));
    return this.#turn(entrant).then(() => this.#leaveAfter(work(), outside));
  }

  #mayBegin(outside: boolean): boolean {
    const { all, outside: most } = this.#limits;
    return this.#runningAll < all && (!outside || this.#runningOutside < most);
  }

  #count(outside: boolean, by: number): void {
    this.#runningAll += by;
    if (outside) this.#runningOutside += by;
  }

  #leaveAfter<R>(result: Promise<R>, outside: boolean): Promise<R> {
    const leave = outside ? this.#leaveOutside : this.#leaveRedis;
    result.then(leave, leave);
    return result;
  }

  readonly #leaveRedis = (): void => this.#leave(false);
  readonly #leaveOutside = (): void => this.#leave(true);

  #leave(outside: boolean): void {
    this.#count(outside, -1);
    if (this.queued > 0) this.#beginNext();
  }

  /** Resolves when the call has begun: it is counted before the promise is settled, so no other call takes its place. */
  #turn({ what, outside, deadline, signal }: Entrant): Promise<void> {
    const queue = outside ? this.#outside : this.#redis;
    return new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(reasonOf(signal));
        return;
      }
      const leaveQueue = (): void => {
        queue.delete(waiting);
        clearTimeout(timer);
        signal?.removeEventListener('abort', onAbort);
      };
      const waiting: Waiting = {
        order: this.#arrivals++,
        begin: () => {
          leaveQueue();
          this.#count(outside, 1);
          resolve();
        },
      };
      const onAbort = (): void => {
        leaveQueue();
        reject(reasonOf(signal));
      };
      const timer = setTimeout(() => {
        leaveQueue();
        reject(deadline.error(`${what} waited for other calls and`));
      }, deadline.remainingMs());
      signal?.addEventListener('abort', onAbort, { once: true });
      queue.add(waiting);
    });
  }

  #beginNext(): void {
    const [redis] = this.#redis;
    const [outside] = this.#outside;
    const candidates = [
      ...(redis && this.#mayBegin(false) ? [redis] : []),
      ...(outside && this.#mayBegin(true) ? [outside] : []),
    ];
    candidates.sort((a, b) => a.order - b.order)[0]?.begin();
  }
}

function reasonOf(signal: AbortSignal | undefined): GantzError {
  const reason: unknown = signal?.reason;
  return reason instanceof GantzError ? reason : new GantzError('CANCELLED', 'The call was cancelled');
}
