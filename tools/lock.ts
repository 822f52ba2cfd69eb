import { lockAcquire, lockExtend, lockRelease, lockStatus } from '../lib/generated/scripts.ts';
import type { LockAcquireResult } from '../lib/generated/tools.ts';
import type { Group } from '../lib/redis/operation.ts';
import type { Redis } from '../lib/redis/redis.ts';
import { waitFor, type Step } from '../lib/redis/waiting.ts';

/**
 * The operations on locks. A lock is a hash with the fields token, owner and until_ms, which is the end of the lease by the clock of
 * the server, and fence, which stays for 30 days.
 */
export const lock = {
  acquire: async (redis, { name, ttl, wait, owner = '' }, call) => {
    const key = redis.key('lock', name);
    const args = [redis.newId(), milliseconds(ttl), owner];
    const step = async (): Promise<Step<LockAcquireResult>> => {
      const reply = (await redis.run(lockAcquire, [key], args)) as Acquired | Held;
      if (reply[0] === 0) return { result: heldResult(reply), done: false, dueInMs: reply[1] };
      return { result: acquiredResult(reply), done: true };
    };
    return await waitFor(redis, call, { wait, near: key, channel: channelOf(redis, name), step });
  },

  extend: async (redis, { name, token, ttl }) => {
    const args = [token, milliseconds(ttl), channelOf(redis, name)];
    const extended = (await redis.run(lockExtend, [redis.key('lock', name)], args)) === 1;
    return { extended, expires_in_ms: extended ? Number(milliseconds(ttl)) : null };
  },

  release: async (redis, { name, token }) => {
    const args = [token, channelOf(redis, name)];
    return { released: (await redis.run(lockRelease, [redis.key('lock', name)], args)) === 1 };
  },

  status: async (redis, { name }) => {
    const reply = await redis.run(lockStatus, [redis.key('lock', name)], []);
    const [left, owner, fence] = reply as [number, string, string];
    const held = left > 0;
    return {
      held,
      owner: (held && owner) || null,
      fence: Number(fence) || null,
      expires_in_ms: held ? left : null,
    };
  },
} satisfies Group<'lock'>;

type Acquired = [acquired: 1, token: string, fence: string, leftMs: number, owner: string];
type Held = [acquired: 0, leftMs: number, owner: string];

function acquiredResult([, token, fence, leftMs, owner]: Acquired): LockAcquireResult {
  return { acquired: true, token, fence: Number(fence), expires_in_ms: leftMs, owner: owner || null };
}

function heldResult([, leftMs, owner]: Held): LockAcquireResult {
  return { acquired: false, token: null, fence: null, expires_in_ms: leftMs, owner: owner || null };
}

function milliseconds(seconds: number): string {
  return String(Math.round(seconds * 1000));
}

/** Returns the channel on which `release` wakes a call that waits. */
function channelOf(redis: Redis, name: string): string {
  return redis.key('wake', `lock:${name}`);
}

if (process.argv[1] === import.meta.filename) void import('../lib/start/entry-of-group.ts');
