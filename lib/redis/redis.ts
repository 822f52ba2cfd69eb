import type { Client, Commands, Word } from './commands.ts';
import type { Space } from './keys.ts';
import type { Script } from './scripts.ts';

/**
 * What an operation of tools/ uses to reach Redis. When there is no connection yet, the first command opens it. An
 * operation that refuses its parameters before that needs no server.
 */
export type Redis = {
  /** The commands of node-redis that commands.ts lists. Arguments and replies are strings. */
  readonly client: Commands;
  /**
   * Returns the key `<namespace>:<space>:<name>`. Throws INVALID_PARAMETERS when the name is not well-formed Unicode.
   */
  readonly key: (space: Space, name: string) => string;
  /** Runs a Lua script by its digest. Sends the source only when the server does not have the script yet. */
  readonly run: (script: Script, keys: readonly Word[], args: readonly Word[]) => Promise<unknown>;
  /**
   * Sends one command that writes, such as ['UNLINK', key], and resolves to its reply. Its second word is the key, and that of
   * PUBLISH a channel.
   */
  readonly write: (words: readonly Word[], options?: WriteOptions) => Promise<unknown>;
  /** Returns a UUID for something that the call creates. */
  readonly newId: () => string;
  /** Opens the connection without sending a command. */
  readonly connect: () => Promise<void>;
  /**
   * Resolves to the server, or to the masters of a cluster in a fixed order: with `near`, only the one that serves this
   * key. Commands of these clients are not redirected.
   */
  readonly masters: (near?: Word) => Promise<{ isCluster: boolean; clients: readonly Commands[] }>;
  /** True when the keys are spread over the nodes of a cluster. */
  readonly isCluster: boolean;
  /**
   * Says that what the call has sent so far changed nothing: until its next command, a failure has the outcome `none`. The next
   * command uses another connection when the one before was lost.
   */
  readonly nothingChanged: () => void;
  /**
   * Returns true when a command that failed with this error changed nothing because the server could not be used, and may be
   * sent again.
   */
  readonly mayRepeat: (error: unknown) => boolean;
  /** Adds the call to a line of calls that wait. It leaves the line when it ends. */
  readonly enterLine: (line: LineOptions) => Place;
  /** From now on, an abort of the call's signal does not end the call. The operation must then return by itself. */
  readonly ignoreAbort: () => void;
  /**
   * Opens a dedicated connection, for subscriptions. The caller must close it. In a cluster, `near` is a key or channel,
   * and the connection leads to the node that serves it.
   */
  readonly dedicated: (near?: string) => Promise<DedicatedRedis>;
};

/** A line of calls of this process that wait. */
export type LineOptions = {
  /** A key of the server from which the events come. */
  near: string;
  /** The Redis channel of the events. */
  channel: string;
  /** The name of the line: any event of the channel can serve the calls of one line. */
  line: string;
};

/** The place of a waiting call in its line. The call is awake, or it sleeps. */
export type Place = {
  /** True when an earlier call sleeps in the line. Then nothing is there for this one either. */
  readonly isBehind: boolean;
  /**
   * Sleeps until the line wakes the call, or for `ms` milliseconds. Never resolves when the call ends meanwhile. Rejects with
   * OVERLOADED when too many calls of this process wait.
   */
  sleep(ms: number): Promise<void>;
  /** Sets the time until something is due that can serve a call of the line, in milliseconds. */
  expect(dueInMs: number | undefined): void;
  /** Leaves the line. With `passOn`, a call that is awake wakes the next one in its place. */
  leave(passOn: boolean): void;
};

/** Options of `Redis.write` for PUBLISH. */
type WriteOptions = {
  /** In a cluster, the command goes to the node that serves this key, and not to that of its second word. */
  near?: Word;
  /** What the promise resolves to instead of the reply. With an idempotency key, a repetition resolves to it too. */
  answer?: number;
};

/** A connection that only one call uses. `await using` or `close()` closes it. */
export type DedicatedRedis = AsyncDisposable & {
  readonly client: Client;
  readonly close: () => void;
  /** Sends a PING. When the server does not reply within `timeoutMs` milliseconds, the connection counts as lost. */
  readonly ping: (timeoutMs: number) => Promise<void>;
  /** Rejects with a GantzError when the connection is lost, which includes a server that stops replying. */
  readonly lost: Promise<never>;
};
