import type { Deadline } from '../../contract/deadline.ts';
import type { DedicatedRedis, LineOptions, Place, Redis } from '../redis.ts';
import type { RedisOptions } from '../options.ts';
import type { PendingCall } from './pending-call.ts';
import type { ServerConnection } from './server-connection.ts';

/** The server of a URL, or the servers of a cluster: how the commands of a call reach them. */
export type Servers = {
  /** Returns what the operation of a call uses. */
  bind(call: PendingCall): Redis;
  /** Returns for how long a call is repeated after an error reply, in milliseconds; 0 for a reply that is the answer. */
  patienceMs(error: unknown): number;
  /** Resolves to the shared connection to the server that serves a key. Rejects with a GantzError. */
  home(near: string, deadline: Deadline): Promise<ServerConnection>;
  /** Closes the connections. Later calls open others. */
  closeShared(): void;
  /** Closes the connections and opens no other. */
  close(): void;
};

/** What `bind` takes from the calls. */
export type Binding = {
  readonly key: Redis['key'];
  readonly mode: RedisOptions['mode'];
  /** Opens one more connection to the server of `connection`, which only this call uses. */
  readonly dedicated: (call: PendingCall, connection: ServerConnection) => Promise<DedicatedRedis>;
  readonly enterLine: (call: PendingCall, line: LineOptions) => Place;
  readonly mayRepeat: (call: PendingCall, error: unknown) => boolean;
};
