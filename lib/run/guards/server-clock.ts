import type { RedisHandle } from '../../redis/open.ts';
import type { Redis } from '../../redis/redis.ts';

/** How long a reading is used, in milliseconds. A command in each call is measurable. */
const KEEP_MS = 10_000;

/** A reading of the clock of a server. */
export type Clock = {
  /** The time of the server in Unix milliseconds less `performance.now()`, too large by at most the time of one round trip. */
  aheadMs: number;
  /** When it was read, by `performance.now()`. */
  readAt: number;
};

const clocks = new WeakMap<RedisHandle, Clock>();

/** Returns the clock of a server, unless it was not read lately. */
export function clockOf(handle: RedisHandle): Clock | undefined {
  const clock = clocks.get(handle);
  return clock && performance.now() - clock.readAt < KEEP_MS ? clock : undefined;
}

/** Reads the clock of a server. */
export async function readClock(handle: RedisHandle, redis: Redis): Promise<Clock> {
  const readAt = performance.now();
  const [seconds, microseconds] = await redis.client.sendCommand<[string, string]>(['TIME']);
  const clock = { aheadMs: Number(seconds) * 1000 + Number(microseconds) / 1000 - readAt, readAt };
  clocks.set(handle, clock);
  return clock;
}
