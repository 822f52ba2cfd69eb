import { setTimeout as sleep } from 'node:timers/promises';
import type { Deadline } from '../../contract/deadline.ts';
import { GantzError } from '../../contract/errors.ts';
import type { ClientOptions } from './client.ts';
import { explainRedisError } from '../errors.ts';
import type { RedisOptions } from '../options.ts';
import { ServerConnection } from './server-connection.ts';
import type { Locator } from './locator.ts';
import type { ServerTarget } from '../target.ts';

/** The connections to one server: a shared connection for most calls, from which dedicated ones are made. */
export type ServerConnections = {
  /** Returns the shared connection when it can be used now. */
  sharedIfReady(): ServerConnection | undefined;
  /** Returns true when the shared connection was lost or given up, and no other one was opened. */
  wasLost(): boolean;
  /** Resolves to the shared connection, and opens it when there is none. Rejects with a GantzError. */
  shared(deadline: Deadline): Promise<ServerConnection>;
  /** Closes the shared connection. */
  closeShared(): void;
  /** Opens no other connection, and closes the shared one when its calls have ended. */
  retire(): void;
  /** Closes the shared connection and opens no other. */
  close(): void;
};

/** How long a call of a long-lived process repeats the attempt to connect: long enough for a restart of the server. */
export const RETRY_MS = 2000;
/** How long one attempt may take in a long-lived process, where several calls may share it. */
const ATTEMPT_MS = 5000;
const PING_INTERVAL_MS = 30_000;
const LONGEST_PAUSE_MS = 1000;
/** The interval at which it is checked if another server has taken the place of a server. */
const CHECK_INTERVAL_MS = 2000;

type ServerConnectionsOptions = {
  mode: RedisOptions['mode'];
  /** The address for messages. */
  where: string;
  /** Loads the locator. Called once, before the first connection. */
  locator: () => Promise<Locator>;
  /** How long a call repeats the attempt to connect, in milliseconds. */
  patienceMs?: number;
  /** How long one attempt may take, in milliseconds. A one-shot process has no limit but the deadline without it. */
  attemptMs?: number | undefined;
};

/** Manages the connections to one server. It connects when a connection is first requested. */
export function createConnections({
  mode,
  where,
  locator,
  patienceMs = mode === 'long-lived' ? RETRY_MS : 0,
  attemptMs = mode === 'long-lived' ? ATTEMPT_MS : undefined,
}: ServerConnectionsOptions): ServerConnections {
  const closing = new AbortController();
  let loading: Promise<Locator> | undefined;
  let shared: ServerConnection | undefined;
  let attempt: Promise<ServerConnection> | undefined;
  let opening: ServerConnection | undefined;
  let failures = 0;
  /** The next attempt starts at this reading of `performance.now()`, or later. */
  let notBefore = 0;

  async function open(deadline: Deadline): Promise<ServerConnection> {
    const pauseMs = notBefore - performance.now();
    if (pauseMs > 0) await sleep(pauseMs, undefined, { signal: closing.signal });
    const found = await (loading ??= locator());
    const target = await found.locate(deadline, closing.signal);
    try {
      return await openOnce(target, found, deadline);
    } catch (error) {
      if (!found.recover) throw error;
      await found.recover(error, deadline, closing.signal);
      return await openOnce(target, found, deadline);
    }
  }

  async function openOnce(
    target: ServerTarget,
    found: Locator,
    deadline: Deadline,
  ): Promise<ServerConnection> {
    const tls = target.kind === 'tcp' && target.tls && (await (await import('./tls.ts')).loadTls(target.tls));
    closing.signal.throwIfAborted();
    opening = new ServerConnection(target, { ...sharedOptions(mode, deadline), ...(tls && { tls }) });
    // node-redis limits the time for connecting, but not for the handshake after it.
    const limit = attemptMs === undefined ? undefined : setTimeout(() => opening?.destroy(), attemptMs);
    try {
      const opened = await opening.open();
      await found.check?.(opened.client);
      if (found.recheck && mode === 'long-lived')
        opened.keepChecking(() => found.recheck?.(opened.client, target, closing.signal), CHECK_INTERVAL_MS);
      return opened;
    } catch (error) {
      opening.destroy();
      throw error;
    } finally {
      clearTimeout(limit);
      opening = undefined;
    }
  }

  /** Starts an attempt to open the shared connection, or joins the one that is running. */
  function openShared(deadline: Deadline): Promise<ServerConnection> {
    attempt ??= open(deadline)
      .then(
        (connection) => {
          if (closing.signal.aborted) connection.destroy();
          failures = 0;
          notBefore = 0;
          shared = connection;
          return connection;
        },
        (error: unknown) => {
          const pauseMs = Math.min(LONGEST_PAUSE_MS, 25 * 2 ** failures++);
          if (mode === 'long-lived') notBefore = performance.now() + pauseMs * (0.5 + Math.random() / 2);
          throw error;
        },
      )
      .finally(() => (attempt = undefined));
    return attempt;
  }

  const connections: ServerConnections = {
    sharedIfReady: () => (shared?.usable ? shared : undefined),
    wasLost: () => shared?.usable === false,
    async shared(deadline) {
      const giveUpAt = performance.now() + patienceMs;
      for (;;) {
        try {
          return connections.sharedIfReady() ?? (await openShared(deadline));
        } catch (error) {
          closing.signal.throwIfAborted();
          const explained = explainRedisError(error, { where, sent: false, readOnly: true });
          const mayRetry =
            explained instanceof GantzError && explained.code === 'REDIS_UNAVAILABLE' && explained.retryable;
          if (!mayRetry || performance.now() >= giveUpAt) throw explained;
        }
      }
    },
    closeShared() {
      opening?.destroy();
      shared?.destroy();
      shared = undefined;
    },
    retire() {
      closing.abort(closedError());
      opening?.destroy();
      shared?.retire();
    },
    close() {
      closing.abort(closedError());
      connections.closeShared();
    },
  };
  return connections;
}

function sharedOptions(mode: RedisOptions['mode'], deadline: Deadline): Omit<ClientOptions, 'signal'> {
  if (mode === 'long-lived') return { connectTimeoutMs: ATTEMPT_MS, pingIntervalMs: PING_INTERVAL_MS };
  const remainingMs = deadline.remainingMs();
  // The deadline ends a call. Both timeouts are longer, so that the failure of a late call is always TIMEOUT; they end
  // the connection if the deadline does not. The PINGs keep the socket timeout from closing a connection that is idle
  // because a call waits.
  const socketTimeoutMs = remainingMs + 1000;
  return { connectTimeoutMs: remainingMs + 100, socketTimeoutMs, pingIntervalMs: socketTimeoutMs / 2 };
}

function closedError(): GantzError {
  return new GantzError('CANCELLED', 'The connection to Redis is closed');
}
