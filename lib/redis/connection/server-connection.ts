import { DisconnectsClientError } from '@redis/client';
import type { Client } from '../commands.ts';
import { createRedisClient, type ClientOptions } from './client.ts';
import type { ServerTarget } from '../target.ts';

/** One network connection to a Redis server. A lost connection is replaced by a new one, never reconnected. */
export class ServerConnection {
  readonly client: Client;
  /** The number of calls that the server answered. While it does not grow, the server may be silent. */
  answeredCalls = 0;
  /** The digests of the scripts that were loaded over this connection. */
  readonly scripts = new Set<string>();
  readonly #target: ServerTarget;
  readonly #tls: ClientOptions['tls'];
  readonly #abort = new AbortController();
  #pendingCalls = 0;
  #retired = false;
  #failure: unknown;
  #lost: ((error: unknown) => void) | undefined;
  #heartbeat: NodeJS.Timeout | undefined;

  constructor(target: ServerTarget, options: Omit<ClientOptions, 'signal'>) {
    this.#target = target;
    this.#tls = options.tls;
    this.client = createRedisClient(target, { ...options, signal: this.#abort.signal });
    // node-redis also rejects the pending commands. Without this listener, the error would end the process.
    this.client.on('error', (error: unknown) => {
      this.#failure ??= error;
      this.#lost?.(error);
      // Later, so that node-redis rejects the commands with this error first. The call clears node-redis' timer.
      queueMicrotask(() => this.destroy());
    });
    this.client.on('end', () => this.#lost?.(new Error('it was closed')));
  }

  /** The host of the server, for addresses that leave it out. Empty on a Unix socket. */
  get host(): string {
    return this.#target.kind === 'tcp' ? this.#target.host : '';
  }

  /** Creates one more connection to the same server, not opened yet. */
  another(options: Omit<ClientOptions, 'signal' | 'tls'>): ServerConnection {
    return new ServerConnection(this.#target, { ...options, ...(this.#tls && { tls: this.#tls }) });
  }

  /** Connects and resolves to this connection. Rejects with the error of the network or of the handshake. */
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

  /** Returns the error that ended this connection, when `error` only reports that the connection was ended. */
  causeOf(error: unknown): unknown {
    return error instanceof DisconnectsClientError ? (this.#failure ?? error) : error;
  }

  /** True when a new call may use this connection. */
  get usable(): boolean {
    return !this.#retired && this.client.isReady;
  }

  /** Sets the function to call when this connection is lost. */
  onLost(listener: (error: unknown) => void): void {
    this.#lost = listener;
  }

  /** Sends a PING. When the server does not reply within `timeoutMs` milliseconds, the connection counts as lost. */
  async ping(timeoutMs: number): Promise<void> {
    const timer = setTimeout(() => {
      this.#lost?.(Object.assign(new Error('no answer to a PING'), { code: 'ETIMEDOUT' }));
      this.destroy();
    }, timeoutMs);
    try {
      await this.client.ping();
    } finally {
      clearTimeout(timer);
    }
  }

  /** Sends a PING every `intervalMs` milliseconds until the connection is closed. */
  startHeartbeat(intervalMs: number): void {
    this.#heartbeat = setInterval(() => void this.ping(intervalMs).catch(() => undefined), intervalMs);
  }

  /** Runs a check every `intervalMs` milliseconds, and retires the connection when the check rejects. */
  keepChecking(check: () => Promise<void> | undefined, intervalMs: number): void {
    this.#heartbeat = setInterval(() => void check()?.catch(() => this.retire()), intervalMs);
    this.#heartbeat.unref();
  }

  /** Counts a call that starts to use this connection. */
  addCall(): void {
    this.#pendingCalls++;
  }

  /** Removes a call that has ended, answered or not. */
  removeCall(): void {
    this.#pendingCalls--;
    if (this.#retired && this.#pendingCalls === 0) this.destroy();
  }

  /** Accepts no new calls, and closes the connection when the pending calls have ended. */
  retire(): void {
    this.#retired = true;
    if (this.#pendingCalls === 0) this.destroy();
  }

  /** Closes the connection at once. Pending commands fail. */
  destroy(): void {
    this.#retired = true;
    clearInterval(this.#heartbeat);
    this.client.destroy();
    this.#abort.abort();
  }
}
