import { DisconnectsClientError } from '@redis/client/dist/lib/errors.js';
import type { Client } from '../commands.ts';
import { isClosedByServer, isReply } from '../errors.ts';
import { createRedisClient, type ClientOptions } from './client.ts';
import type { ServerTarget, TcpTarget } from '../target.ts';
import type { TlsOptions } from './tls.ts';

/** When a TLS handshake takes longer than this, in milliseconds, the server may be one without TLS. */
const SLOW_HANDSHAKE_MS = 500;

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
  /** True when the server replied after a TLS handshake. */
  #tlsConfirmed = false;
  #refusal: Promise<unknown> | undefined;
  #lost: ((error: unknown) => void) | undefined;
  #heartbeat: NodeJS.Timeout | undefined;
  readonly #retireListeners = new Set<() => void>();

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

  /**
   * Connects and resolves to this connection. Rejects with the error of the network or of the handshake, and with a
   * GantzError when the server uses TLS and the target does not, or the reverse.
   */
  async open(): Promise<this> {
    try {
      await (this.#tls ? this.#connectWithTls() : this.client.connect());
    } catch (error) {
      this.destroy();
      throw await this.diagnose(error);
    }
    if (this.#abort.signal.aborted) {
      // node-redis may finish connecting after it was destroyed.
      this.destroy();
      throw new Error('it was closed');
    }
    return this;
  }

  async #connectWithTls(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const slow = new Promise<void>((resolve) => (timer = setTimeout(resolve, SLOW_HANDSHAKE_MS)));
    const connected = this.client.connect().then(() => this.#confirmTls());
    connected.catch(() => undefined);
    try {
      await Promise.race([connected, slow.then(() => this.#rejectServerWithoutTls(connected))]);
    } finally {
      clearTimeout(timer);
    }
  }

  /**
   * Waits for the first reply. In TLS 1.3, a server refuses a client certificate after the client has finished its
   * handshake and can send commands. AUTH and SELECT have had their reply before.
   */
  async #confirmTls(): Promise<void> {
    const { username, password, database } = this.#target;
    try {
      if ((username ?? password) === undefined && database === 0) await this.client.ping();
    } catch (error) {
      if (!isReply(error)) throw error;
    }
    this.#tlsConfirmed = true;
  }

  async #rejectServerWithoutTls(connected: Promise<void>): Promise<void> {
    if (this.#target.kind === 'tcp') {
      const { repliesWithoutTls, serverWithoutTls } = await import('./transport.ts');
      if (await repliesWithoutTls(this.#target)) throw serverWithoutTls(this.#target);
    }
    await connected;
  }

  /**
   * Resolves to the cause of an error. When the server closed the connection before its first reply, one more handshake
   * finds out why: the server may use TLS, or refuse the client certificate.
   */
  async diagnose(error: unknown): Promise<unknown> {
    const cause = this.causeOf(error);
    if (!this.mayHaveRefusedTransport(cause) || this.#target.kind !== 'tcp') return cause;
    return (await (this.#refusal ??= refusalOf(this.#target, this.#tls, cause))) ?? cause;
  }

  /** Returns true when the server closed the connection before its first reply. */
  mayHaveRefusedTransport(error: unknown): boolean {
    if (this.#target.kind !== 'tcp' || this.answeredCalls > 0 || this.#tlsConfirmed) return false;
    return isClosedByServer(this.causeOf(error));
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

  /** Calls `listener` when this connection is retired or closed. Returns a function that removes the listener. */
  whenRetired(listener: () => void): () => void {
    this.#retireListeners.add(listener);
    return () => void this.#retireListeners.delete(listener);
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
    this.#heartbeat.unref();
  }

  /** Runs a check `intervalMs` milliseconds after the one before, and retires the connection when it rejects. */
  keepChecking(check: () => Promise<void> | undefined, intervalMs: number): void {
    this.#heartbeat = setTimeout(() => {
      const checked = check();
      checked?.then(
        () => {
          if (!this.#retired) this.keepChecking(check, intervalMs);
        },
        () => this.retire(),
      );
    }, intervalMs);
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
    this.#markRetired();
    if (this.#pendingCalls === 0) this.destroy();
  }

  /** Closes the connection at once. Pending commands fail. */
  destroy(): void {
    this.#markRetired();
    clearInterval(this.#heartbeat);
    this.client.destroy();
    this.#abort.abort();
  }

  #markRetired(): void {
    this.#retired = true;
    const listeners = [...this.#retireListeners];
    this.#retireListeners.clear();
    for (const listener of listeners) listener();
  }
}

async function refusalOf(target: TcpTarget, tls: TlsOptions | undefined, cause: unknown): Promise<unknown> {
  const { handshakeError, repliesWithTls, serverWithTls } = await import('./transport.ts');
  if (tls) return await handshakeError(target, tls);
  return (await repliesWithTls(target)) ? serverWithTls(target, cause) : undefined;
}
