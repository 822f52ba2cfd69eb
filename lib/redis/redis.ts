import type { Client, Commands } from './commands.ts';
import type { Space } from './keys.ts';
import type { Script } from './scripts.ts';

/**
 * A connection as the rows of tools/ see it. Where there is none yet, the first command makes it: what a row refuses
 * before that is refused without a server.
 */
export type Redis = {
  /** node-redis, with the commands of commands.ts. Strings in, strings out. */
  readonly client: Commands;
  /** `<namespace>:<space>:<name>`; a name that is not well-formed Unicode is INVALID_PARAMETERS. */
  readonly key: (space: Space, name: string) => string;
  /** Runs a Lua script by its digest, sending its source only when the server does not know it yet. */
  readonly run: (script: Script, keys: readonly string[], args: readonly string[]) => Promise<unknown>;
  /** Makes the connection without sending anything. */
  readonly connected: () => Promise<void>;
  /** From now on it is for the row to end when its signal aborts, with a result; until then the call fails. */
  readonly outliveSignal: () => void;
  /** A connection of its own for subscriptions; the caller disposes of it. It is lost when the server falls silent. */
  readonly dedicated: () => Promise<DedicatedRedis>;
};

/** A connection that one call has to itself, closed by `await using` or `close()`. */
export type DedicatedRedis = AsyncDisposable & {
  readonly client: Client;
  readonly close: () => void;
  /** Resolves once the server has given a sign of life; without one in time, in milliseconds, the connection is lost. */
  readonly ask: (withinMs: number) => Promise<void>;
  /** Rejects with a GantzError when the connection is lost. */
  readonly lost: Promise<never>;
};
