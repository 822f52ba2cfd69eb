import { isReply } from '../errors.ts';
import type { Word } from '../commands.ts';
import type { Redis } from '../redis.ts';
import { readWithTime } from './clock.ts';
import { Gone, serverOf } from './read-key.ts';

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
  const { reply, nowMs } = await readWithTime(server, () => server.sendCommand<number>(['PTTL', key]));
  return parseExpiry(reply, nowMs);
}

/** Parses the reply of PTTL or PEXPIRETIME. Throws `Gone` for an absent key. */
function parseExpiry(reply: number, fromMs: number): number | undefined {
  if (reply === -2) throw new Gone();
  return reply === -1 ? undefined : fromMs + reply;
}
