import { DisconnectsClientError } from '@redis/client';
import type { Client } from './commands.ts';
import { createRedisClient, type ClientOptions } from './client.ts';
import type { Target } from './url.ts';

/** One connection to Redis, from its first packet to its end; it is never repaired, but replaced. */
export class Link {
  readonly client: Client;
  /** Calls that were answered; one that waits while this stands still has a silent server before it. */
  answered = 0;
  /** Digests of the scripts that were loaded over it. */
  readonly scripts = new Set<string>();
  readonly #abort = new AbortController();
  #pending = 0;
  #retired = false;
  #failure: unknown;
  #lost: ((error: unknown) => void) | undefined;
  #heartbeat: NodeJS.Timeout | undefined;

  constructor(target: Exclude<Target, { kind: 'embedded' }>, options: Omit<ClientOptions, 'signal'>) {
    this.client = createRedisClient(target, { ...options, signal: this.#abort.signal });
    // node-redis also rejects the commands concerned; without a listener the process would end.
    this.client.on('error', (error: unknown) => {
      this.#failure ??= error;
      this.#lost?.(error);
      // Afterwards, so that the commands are rejected with this error: what is left is node-redis' timer.
      queueMicrotask(() => this.destroy());
    });
    this.client.on('end', () => this.#lost?.(new Error('it was closed')));
  }

  async open(): Promise<this> {
    try {
      await this.client.connect();
    } catch (error) {
      this.destroy();
      throw this.causeOf(error);
    }
    if (this.#abort.signal.aborted) {
      // node-redis may finish connecting after it was destroyed.
      this.destroy();
      throw new Error('it was closed');
    }
    return this;
  }

  /** What ended this connection, where an error says no more than that it was ended. */
  causeOf(error: unknown): unknown {
    return error instanceof DisconnectsClientError ? (this.#failure ?? error) : error;
  }

  /** Whether a new call may use it. */
  get usable(): boolean {
    return !this.#retired && this.client.isReady;
  }

  /** Tells the listener once this connection is gone. */
  onLost(listener: (error: unknown) => void): void {
    this.#lost = listener;
  }

  /** Asks the server for a sign of life; one that gives none in time, in milliseconds, is lost. */
  async ask(withinMs: number): Promise<void> {
    const timer = setTimeout(() => {
      this.#lost?.(Object.assign(new Error('no answer to a PING'), { code: 'ETIMEDOUT' }));
      this.destroy();
    }, withinMs);
    try {
      await this.client.ping();
    } finally {
      clearTimeout(timer);
    }
  }

  /** Asks the server for a sign of life at this interval, in milliseconds, until the connection is closed. */
  beat(intervalMs: number): void {
    this.#heartbeat = setInterval(() => void this.ask(intervalMs).catch(() => undefined), intervalMs);
  }

  /** Counts a call that uses it. */
  begin(): void {
    this.#pending++;
  }

  /** Counts a call that is over, answered or not. */
  end(): void {
    this.#pending--;
    if (this.#retired && this.#pending === 0) this.destroy();
  }

  /** Takes no more calls, and closes once those under way are over. */
  retire(): void {
    this.#retired = true;
    if (this.#pending === 0) this.destroy();
  }

  /** Closes at once; what waits for an answer fails. */
  destroy(): void {
    this.#retired = true;
    clearInterval(this.#heartbeat);
    this.client.destroy();
    this.#abort.abort();
  }
}
