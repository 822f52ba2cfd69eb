import { setTimeout as sleep } from 'node:timers/promises';
import type { Deadline } from '../../contract/deadline.ts';
import { GantzError } from '../../contract/errors.ts';
import type { ClientOptions } from './client.ts';
import { explainRedisError } from '../errors.ts';
import type { RedisOptions } from '../options.ts';
import { ServerConnection } from './server-connection.ts';
import type { ServerTarget, Target } from '../url.ts';

/** The connections to one Redis: a shared connection for most calls, and dedicated ones. */
export type ServerConnections = {
  /** Returns the shared connection when it can be used now. */
  sharedIfReady(): ServerConnection | undefined;
  /** Resolves to the shared connection, and opens it when there is none. Rejects with a GantzError. */
  shared(deadline: Deadline): Promise<ServerConnection>;
  /** Creates one more connection, not opened yet. The shared connection must have been opened before. */
  createDedicated(options: Omit<ClientOptions, 'signal'>): ServerConnection;
  /** Closes the shared connection. */
  closeShared(): void;
  /** Closes the shared connection and opens no other. */
  close(): void;
};

/** How long a call of a long-lived process repeats the attempt to connect: long enough for a restart of the server. */
const RETRY_MS = 2000;
/** How long one attempt may take in a long-lived process, where several calls may share it. */
const ATTEMPT_MS = 5000;
const PING_INTERVAL_MS = 30_000;
const LONGEST_PAUSE_MS = 1000;

type ServerConnectionsOptions = Pick<RedisOptions, 'env' | 'mode' | 'notice'> & { target: Target };

/** Manages the connections to `target`. It connects when a connection is first requested. */
export function createConnections({
  target,
  env,
  mode,
  notice,
}: ServerConnectionsOptions): ServerConnections {
  const closing = new AbortController();
  let shared: ServerConnection | undefined;
  let attempt: Promise<ServerConnection> | undefined;
  let opening: ServerConnection | undefined;
  let address: ServerTarget | undefined = target.kind === 'embedded' ? undefined : target;
  let failures = 0;
  /** The next attempt starts at this reading of `performance.now()`, or later. */
  let notBefore = 0;

  /** Finds the address of the server. It looks for the embedded server's socket only once. */
  async function locate(): Promise<ServerTarget> {
    if (address) return address;
    const { embeddedPaths, checkFolders } = await import('../embedded/paths.ts');
    const paths = embeddedPaths(env);
    checkFolders(paths);
    return (address = { kind: 'unix', path: paths.socketPath, database: 0, display: target.display });
  }

  async function open(deadline: Deadline): Promise<ServerConnection> {
    const pauseMs = notBefore - performance.now();
    if (pauseMs > 0) await sleep(pauseMs, undefined, { signal: closing.signal });
    const where = await locate();
    try {
      return await openOnce(where, deadline);
    } catch (error) {
      if (target.kind !== 'embedded') throw error;
      if (codeOf(error) === 'EACCES') {
        const { explainFolderError } = await import('../embedded/paths.ts');
        throw explainFolderError(error);
      }
      if (!isNoServer(error)) throw error;
      const { ensureServer } = await import('../embedded/server.ts');
      await ensureServer({ env, notice, deadline, signal: closing.signal });
      return await openOnce(where, deadline);
    }
  }

  async function openOnce(where: ServerTarget, deadline: Deadline): Promise<ServerConnection> {
    closing.signal.throwIfAborted();
    opening = new ServerConnection(where, sharedOptions(mode, deadline));
    // node-redis limits the time for connecting, but not for the handshake after it.
    const limit = mode === 'one-shot' ? undefined : setTimeout(() => opening?.destroy(), ATTEMPT_MS);
    try {
      return await opening.open();
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
    async shared(deadline) {
      const giveUpAt = performance.now() + (mode === 'long-lived' ? RETRY_MS : 0);
      for (;;) {
        try {
          return connections.sharedIfReady() ?? (await openShared(deadline));
        } catch (error) {
          closing.signal.throwIfAborted();
          const explained = explainRedisError(error, { where: target.display, sent: false, readOnly: true });
          const mayRetry =
            explained instanceof GantzError && explained.code === 'REDIS_UNAVAILABLE' && explained.retryable;
          if (!mayRetry || performance.now() >= giveUpAt) throw explained;
        }
      }
    },
    createDedicated(options) {
      if (!address)
        throw new GantzError('INTERNAL', 'A dedicated connection was requested before the shared connection');
      return new ServerConnection(address, options);
    },
    closeShared() {
      opening?.destroy();
      shared?.destroy();
      shared = undefined;
    },
    close() {
      closing.abort(new GantzError('CANCELLED', 'The connection to Redis is closed'));
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

/** Returns true for the errors of a connection attempt where no server listens. */
function isNoServer(error: unknown): boolean {
  const code = codeOf(error);
  return code === 'ENOENT' || code === 'ECONNREFUSED';
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
