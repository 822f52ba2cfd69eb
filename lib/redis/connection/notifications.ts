import { Deadline } from '../../contract/deadline.ts';
import { isReply } from '../errors.ts';
import type { LineOptions, Place } from '../redis.ts';
import { Line } from './line.ts';
import type { ServerConnection } from './server-connection.ts';

/** A channel stays subscribed, and a connection open, for one to two times as long when no call waits, in milliseconds. */
const IDLE_MS = 10_000;
/** How long connecting and the confirmation of a subscription may take, in milliseconds. */
const CONNECT_MS = 5000;
const HEARTBEAT_MS = 15_000;
const LONGEST_PAUSE_MS = 5000;

/** Resolves to the shared connection to the server that serves a key. */
type Home = (near: string, deadline: Deadline) => Promise<ServerConnection>;

/**
 * Wakes calls that wait for an event on a channel. There is one subscribed connection to each server with such channels. It
 * is opened when the first call finds nothing, and never keeps the process alive.
 */
export class Notifications {
  readonly #home: Home;
  readonly #channels = new Map<string, Channel>();
  readonly #subscribers = new Map<ServerConnection, Subscriber>();
  #sweep: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(home: Home) {
    this.#home = home;
  }

  /** Adds a call to a line. The first call that sleeps subscribes to the channel. */
  enter({ near, channel: name, line: lineName }: LineOptions): Place {
    const channel: Channel = this.#channels.get(name) ?? { name, near, lines: new Map(), isOpening: false };
    this.#channels.set(name, channel);
    const line = channel.lines.get(lineName) ?? new Line();
    channel.lines.set(lineName, line);
    const isBehind = line.hasSleeper;
    const { sleep, leave } = line.enter();
    return {
      isBehind,
      sleep: (ms) => {
        if (!channel.subscriber && !channel.isOpening) void this.#keepSubscribed(channel);
        return sleep(ms);
      },
      expect: (dueInMs) => line.expect(dueInMs),
      leave: (passOn) => {
        leave(passOn);
        if (!line.isEmpty || channel.lines.get(lineName) !== line) return;
        channel.lines.delete(lineName);
        this.#release(channel);
      },
    };
  }

  /** Closes all connections and opens no other. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#sweep);
    for (const subscriber of this.#subscribers.values()) subscriber.close();
  }

  /** Subscribes to a channel, and repeats that while calls wait. It never fails: without events, the lines have their timers. */
  async #keepSubscribed(channel: Channel): Promise<void> {
    channel.isOpening = true;
    for (let failures = 0; channel.lines.size > 0 && !this.#closed; failures++) {
      try {
        const subscriber = await this.#subscriberNear(channel.near);
        await subscriber.subscribe(channel);
        break;
      } catch {
        const pauseMs = Math.min(LONGEST_PAUSE_MS, 50 * 2 ** failures) * (0.5 + Math.random() / 2);
        await new Promise<void>((resolve) => setTimeout(resolve, pauseMs).unref());
      }
    }
    channel.isOpening = false;
    // An event may have come before the subscription.
    for (const line of channel.lines.values()) line.wake(1);
    this.#release(channel);
  }

  async #subscriberNear(near: string): Promise<Subscriber> {
    const home = await this.#home(near, new Deadline({ budgetMs: CONNECT_MS }));
    const known = this.#subscribers.get(home);
    const subscriber = known ?? new Subscriber(home, (channels) => this.#forget(home, channels));
    if (this.#closed) subscriber.close();
    else this.#subscribers.set(home, subscriber);
    return subscriber;
  }

  /** Removes a subscriber whose connection was lost, and subscribes to its channels again where calls wait. */
  #forget(home: ServerConnection, channels: Iterable<Channel>): void {
    this.#subscribers.delete(home);
    if (this.#closed) return;
    for (const channel of channels) {
      if (channel.lines.size > 0) void this.#keepSubscribed(channel);
      else this.#release(channel);
    }
  }

  /** Ends the subscription of a channel when no call has waited for a while. */
  #release(channel: Channel): void {
    if (channel.lines.size > 0 || channel.isOpening || this.#closed) return;
    if (!channel.subscriber) this.#channels.delete(channel.name);
    else {
      channel.wasIdle = false;
      this.#sweepLater();
    }
  }

  #sweepLater(): void {
    this.#sweep ??= setTimeout(() => {
      this.#sweep = undefined;
      for (const channel of this.#channels.values()) if (channel.lines.size === 0) this.#closeIdle(channel);
    }, IDLE_MS).unref();
  }

  #closeIdle(channel: Channel): void {
    if (!channel.wasIdle) {
      channel.wasIdle = true;
      this.#sweepLater();
      return;
    }
    channel.subscriber?.unsubscribe(channel);
    this.#channels.delete(channel.name);
  }
}

type Channel = {
  readonly name: string;
  readonly near: string;
  readonly lines: Map<string, Line>;
  /** True while the channel is being subscribed to. */
  isOpening: boolean;
  /** Set while the server delivers the events of the channel. */
  subscriber?: Subscriber | undefined;
  /** True when no call has waited since the sweep before. */
  wasIdle?: boolean;
};

/** A connection to a server for subscriptions. It ends together with the shared connection to that server. */
class Subscriber {
  readonly #channels = new Set<Channel>();
  readonly #onLost: (channels: Iterable<Channel>) => void;
  readonly #connection: ServerConnection;
  readonly #opened: Promise<unknown>;
  readonly #stopListening: () => void;
  #isOver = false;

  constructor(home: ServerConnection, onLost: (channels: Iterable<Channel>) => void) {
    this.#onLost = onLost;
    this.#connection = home.another({ connectTimeoutMs: CONNECT_MS });
    this.#connection.onLost(() => this.close());
    this.#stopListening = home.whenRetired(() => this.close());
    this.#opened = this.#open(home);
    this.#opened.catch(() => this.close());
  }

  async #open(home: ServerConnection): Promise<void> {
    const limit = setTimeout(() => this.close(), CONNECT_MS).unref();
    try {
      // Where the events were lost, the shared connection may be dead too. A step that is sent over it would have an unknown
      // outcome, but a PING has none.
      await home.ping(CONNECT_MS).catch((error: unknown) => {
        if (!isReply(error)) throw error;
      });
      if (this.#isOver) throw new Error('it was closed');
      await this.#connection.open();
      this.#connection.client.unref();
      this.#connection.startHeartbeat(HEARTBEAT_MS);
    } finally {
      clearTimeout(limit);
    }
  }

  /** Resolves when the server delivers the events of a channel. Rejects when the connection is lost before. */
  async subscribe(channel: Channel): Promise<void> {
    await this.#opened;
    const { client } = this.#connection;
    await client.subscribe(channel.name, (message) => {
      const count = Math.max(1, Math.trunc(Number(message)) || 1);
      for (const line of channel.lines.values()) line.wake(count);
    });
    if (this.#isOver) throw new Error('the connection was lost');
    this.#channels.add(channel);
    channel.subscriber = this;
  }

  /** Ends the subscription of a channel, and the connection with the last one. */
  unsubscribe(channel: Channel): void {
    channel.subscriber = undefined;
    this.#channels.delete(channel);
    if (this.#channels.size === 0) this.close();
    // Without the permission to unsubscribe, only the end of the connection ends the subscription.
    else this.#connection.client.unsubscribe(channel.name).catch(() => this.close());
  }

  /** Closes the connection. Its channels have no events any more. */
  close(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#stopListening();
    this.#connection.destroy();
    for (const channel of this.#channels) channel.subscriber = undefined;
    this.#onLost(this.#channels);
  }
}
