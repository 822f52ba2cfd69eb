import { isReply } from '../errors.ts';
import type { Word } from '../commands.ts';
import type { Redis } from '../redis.ts';
import { Gone, sendForBytes, serverOf } from './read-key.ts';

/** How often the time to live is read between two readings of the clock that differ. */
const ATTEMPTS = 20;

/**
 * Returns the function that reads when a key expires, in Unix milliseconds by the clock of the server; undefined for never.
 * PEXPIRETIME came with Redis 7. Without it, the time to live is read between two equal readings of the clock.
 */
export function expiryReader(): (redis: Redis, key: Word) => Promise<number | undefined> {
  let hasExpireTime = true;
  return async (redis, key) => {
    if (hasExpireTime) {
      try {
        return parseExpiry(await redis.client.sendCommand<number>(['PEXPIRETIME', key]), 0);
      } catch (error) {
        if (!isReply(error) || !/^(ERR unknown command|NOPERM)/.test(error.message)) throw error;
        hasExpireTime = false;
      }
    }
    return await readByClock(redis, key);
  };
}

async function readByClock(redis: Redis, key: Word): Promise<number | undefined> {
  const server = await serverOf(redis, key);
  for (let attempt = 1; ; attempt++) {
    const [before, leftMs, after] = await Promise.all([
      sendForBytes(server, ['TIME']),
      server.sendCommand<number>(['PTTL', key]),
      sendForBytes(server, ['TIME']),
    ]);
    const nowMs = parseTime(after);
    if (parseTime(before) === nowMs || attempt === ATTEMPTS) return parseExpiry(leftMs, nowMs);
  }
}

/** Parses the reply of PTTL or PEXPIRETIME. Throws `Gone` for an absent key. */
function parseExpiry(reply: number, fromMs: number): number | undefined {
  if (reply === -2) throw new Gone();
  return reply === -1 ? undefined : fromMs + reply;
}

/** Parses the reply of TIME, and returns Unix milliseconds. */
export function parseTime(reply: unknown): number {
  const [seconds, microseconds] = (reply as [Buffer, Buffer]).map(Number);
  return Number(seconds) * 1000 + Math.floor(Number(microseconds) / 1000);
}
