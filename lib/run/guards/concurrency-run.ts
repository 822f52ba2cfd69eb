import { randomUUID } from 'node:crypto';
import type { Result } from '../../contract/envelope.ts';
import { GantzError } from '../../contract/errors.ts';
import { guardLeaseGiveBack, guardLeaseRenew, guardLeaseTake } from '../../generated/scripts.ts';
import type { Redis } from '../../redis/redis.ts';
import { beforeAction } from './action-start.ts';
import { describeMs } from './durations.ts';
import type { GuardedCall, Next, Wrap } from './guard.ts';
import { LEASE_MS, withLease } from './lease.ts';
import { afterwards, guardChannel, guardKey, onRedisUntil, refusedBy } from './on-redis.ts';
import { ownSlots } from './own-slots.ts';
import type { Settings } from './settings.ts';

type Setting = Settings['concurrency'];

/** Runs a call when there is a place for it, and gives the place back. */
export const runConcurrently: Wrap<Setting> = async (setting, guarded, next) => {
  return setting.perProcess
    ? await runInProcess(setting, guarded, next)
    : await runWithLease(setting, guarded, next);
};

async function runInProcess(setting: Setting, guarded: GuardedCall, next: Next): Promise<Result> {
  const { scope, tool, call } = guarded;
  const slots = ownSlots(JSON.stringify([scope, setting.name ?? tool.name]), setting.limit);
  const waitMs = Math.min(setting.waitMs, call.deadline.remainingMs());
  const isTaken = await beforeAction(guarded, () => slots.take(waitMs, call.signal));
  if (!isTaken) throw allTaken(setting, guarded);
  try {
    return await next();
  } finally {
    slots.giveBack();
  }
}

async function runWithLease(setting: Setting, guarded: GuardedCall, next: Next): Promise<Result> {
  const { tool } = guarded;
  const token = randomUUID();
  const name = setting.name ?? tool.name;
  const keyOf = (redis: Redis): string => guardKey(redis, guarded, name);
  const channelOf = (redis: Redis): string => guardChannel(redis, guarded, name);
  const giveBack = (): Promise<void> =>
    afterwards(guarded, (redis) => redis.run(guardLeaseGiveBack, [keyOf(redis)], [token, channelOf(redis)]));
  const take = () =>
    onRedisUntil(guarded, setting.waitMs, (redis) => ({
      near: keyOf(redis),
      channel: channelOf(redis),
      async step() {
        const args = [setting.limit, token, LEASE_MS].map(String);
        const reply = await redis.run(guardLeaseTake, [keyOf(redis)], args);
        const [taken, dueInMs] = reply as [taken: number, dueInMs: number];
        return { result: taken === 1, done: taken === 1, dueInMs };
      },
    }));
  const isTaken = await beforeAction(guarded, take).catch(async (error: unknown) => {
    // The server may have given the lease, and its reply was lost.
    await giveBack();
    throw error;
  });
  if (isTaken === undefined) {
    void giveBack();
    return await next();
  }
  if (!isTaken) throw allTaken(setting, guarded);
  const renew = (): Promise<void> =>
    afterwards(guarded, (redis) => redis.run(guardLeaseRenew, [keyOf(redis)], [token, String(LEASE_MS)]));
  try {
    return await withLease(renew, () => next());
  } finally {
    await giveBack();
  }
}

function allTaken({ limit, waitMs }: Setting, guarded: GuardedCall): GantzError {
  const { tool } = guarded;
  const running = limit === 1 ? `A call of ${tool.name} runs` : `${limit} calls of ${tool.name} run`;
  const waited =
    waitMs === 0 ? '' : `, and this call did not get a place within its wait of ${describeMs(waitMs)}`;
  return new GantzError('OVERLOADED', `${running} already, which is the limit${waited}`, {
    hint: 'Call again later.',
    fields: refusedBy(guarded),
  });
}
