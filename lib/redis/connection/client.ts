import { RedisClient, type RedisClientOptions } from '@redis/client';
import type { Client } from '../commands.ts';
import type { ServerTarget } from '../target.ts';
import type { TlsOptions } from './tls.ts';

/** The options of one node-redis client. */
export type ClientOptions = {
  /** The most time that connecting may take, in milliseconds. */
  connectTimeoutMs: number;
  /** Destroys the socket in any state. node-redis has no method that does so while it connects. */
  signal: AbortSignal;
  /** Closes a connection that received nothing for this long, in milliseconds. */
  socketTimeoutMs?: number;
  /** Sends a PING at this interval, in milliseconds. */
  pingIntervalMs?: number;
  /** Connects with TLS. */
  tls?: TlsOptions;
};

/** Creates a node-redis client that connects with the fewest round trips and never reconnects. */
export function createRedisClient(target: ServerTarget, options: ClientOptions): Client {
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
    socket: socketOptions(target, common, options.tls),
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    ...(database !== 0 && { database }),
    ...(pingIntervalMs !== undefined && { pingInterval: Math.ceil(pingIntervalMs) }),
    // CLIENT SETINFO and maintenance notifications would be round trips before the first command.
    disableClientInfo: true,
    maintNotifications: 'disabled' as const,
    // A command that was not sent when the connection broke must not be sent later by another connection.
    disableOfflineQueue: true,
    // The default starts a timer for each command. The deadlines of all calls share one timer (deadline-watch.ts).
    commandOptions: { timeout: 0 },
  };
  // The factory gets the same configuration each time. `createClient` would build a new class for each set of options,
  // which takes longer than connecting.
  return RedisClient.factory<Record<string, never>, Record<string, never>, Record<string, never>, 2>({
    RESP,
  })(clientOptions);
}

const RESP = 2;

type SocketOptions = NonNullable<RedisClientOptions['socket']>;

function socketOptions(
  target: ServerTarget,
  common: { reconnectStrategy: false; connectTimeout: number; signal: AbortSignal },
  tls: TlsOptions | undefined,
): SocketOptions {
  if (target.kind === 'unix') return { ...common, tls: false, path: target.path };
  const { host, port } = target;
  if (!tls) return { ...common, tls: false, host, port };
  return { ...common, tls: true, host, port, ...serverName(host), ...tls };
}

/** Returns the option of TLS for the name of a host. TLS allows no IP address as a server name. */
export function serverName(host: string): { servername?: string } {
  return /^[\d.]+$|:/.test(host) ? {} : { servername: host };
}
