import { RedisClient, type RedisClientOptions } from '@redis/client';
import type { Client } from './commands.ts';
import type { Target } from './url.ts';

export type ClientOptions = {
  /** How long connecting may take, in milliseconds. */
  connectTimeoutMs: number;
  /** Destroys the socket in whatever state it is; node-redis itself cannot while it connects. */
  signal: AbortSignal;
  /** Ends a connection that was silent for this long, in milliseconds. */
  socketTimeoutMs?: number;
  /** Sends a PING at this interval, in milliseconds. */
  pingIntervalMs?: number;
};

/** A node-redis client that connects with as few round trips as there can be, and never repairs itself. */
export function createRedisClient(
  target: Exclude<Target, { kind: 'embedded' }>,
  options: ClientOptions,
): Client {
  const { connectTimeoutMs, signal, socketTimeoutMs, pingIntervalMs } = options;
  const common = {
    reconnectStrategy: false,
    connectTimeout: Math.max(1, Math.ceil(connectTimeoutMs)),
    signal,
    ...(socketTimeoutMs !== undefined && { socketTimeout: Math.ceil(socketTimeoutMs) }),
  } as const;
  const { username, password, database } = target;
  const clientOptions = {
    RESP,
    socket: socketOptions(target, common),
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    ...(database !== 0 && { database }),
    ...(pingIntervalMs !== undefined && { pingInterval: Math.ceil(pingIntervalMs) }),
    // No CLIENT SETINFO and no maintenance notifications: they are round trips before the first command.
    disableClientInfo: true,
    maintNotifications: 'disabled' as const,
    // What was not sent when the connection broke must not be sent by another one later.
    disableOfflineQueue: true,
    // The default makes a timer for each command; deadlines are kept by connection (see deadline-watch.ts).
    commandOptions: { timeout: 0 },
  };
  // Made from the same config each time: `createClient` builds a class for every new set of options, which takes longer
  // than connecting.
  return RedisClient.factory<Record<string, never>, Record<string, never>, Record<string, never>, 2>({
    RESP,
  })(clientOptions);
}

const RESP = 2;

type SocketOptions = NonNullable<RedisClientOptions['socket']>;

function socketOptions(
  target: Exclude<Target, { kind: 'embedded' }>,
  common: { reconnectStrategy: false; connectTimeout: number; signal: AbortSignal },
): SocketOptions {
  if (target.kind === 'unix') return { ...common, tls: false, path: target.path };
  const { host, port } = target;
  if (!target.tls) return { ...common, tls: false, host, port };
  // An address is no name that a certificate could be asked for.
  return { ...common, tls: true, host, port, ...(!/^[\d.]+$|:/.test(host) && { servername: host }) };
}
