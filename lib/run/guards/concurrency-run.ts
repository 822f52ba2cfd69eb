import { randomUUID } from 'node:crypto';
import type { Result } from '../../contract/envelope.ts';
import { GantzError } from '../../contract/errors.ts';
import { guardLeaseGiveBack, guardLeaseRenew, guardLeaseTake } from '../../generated/scripts.ts';
import type { Redis } from '../../redis/redis.ts';
import { waitFor } from '../../redis/waiting.ts';
import { describeMs } from './durations.ts';
import type { GuardedCall, Next, Wrap } from './guard.ts';
import { LEASE_MS, withLease } from './lease.ts';
import { afterwards, guardChannel, guardKey, onRedis } from './on-redis.ts';
import { ownSlots } from './own-slots.ts';
import type { Settings } from './settings.ts';

type Setting = Settings['concurrency'];

/** Runs a call inside the guard. */
export const runConcurrently: Wrap<Setting> = async (setting, guarded, next) => {
  return setting.perProcess
    ? await runInProcess(setting, guarded, next)
    : await runWithLease(setting, guarded, next);
};

async function runInProcess(setting: Setting, guarded: GuardedCall, next: Next): Promise<Result> {
  const { scope, tool, call } = guarded;
  const slots = ownSlots(JSON.stringify([scope, setting.name ?? tool.name]), setting.limit);
  const waitMs = Math.min(setting.waitMs, call.deadline.remainingMs());
  if (!(await slots.take(waitMs, call.signal))) throw allTaken(setting, guarded);
  try {
    return await next();
  } finally {
    slots.giveBack();
  }
}

async function runWithLease(setting: Setting, guarded: GuardedCall, next: Next): Promise<Result> {
  const { tool, call } = guarded;
  const token = randomUUID();
  const name = setting.name ?? tool.name;
  const keyOf = (redis: Redis): string => guardKey(redis, guarded, 'concurrency', name);
  const channelOf = (redis: Redis): string => guardChannel(redis, guarded, 'concurrency', name);
  const waitMs = Math.min(setting.waitMs, call.deadline.remainingMs());
  const isTaken = await onRedis(
    { key: 'concurrency', withoutRedis: 'fail' },
    guarded,
    (redis, deadline) =>
      waitFor(
        redis,
        { ...call, deadline },
        {
          wait: waitMs / 1000,
          near: keyOf(redis),
          channel: channelOf(redis),
          async step() {
            const args = [setting.limit, token, LEASE_MS].map(String);
            const [taken, dueInMs] = (await redis.run(guardLeaseTake, [keyOf(redis)], args)) as [
              number,
              number,
            ];
            return { result: taken === 1, done: taken === 1, dueInMs };
          },
        },
      ),
    waitMs,
  );
  if (isTaken === undefined) return await next();
  if (!isTaken) throw allTaken(setting, guarded);
  const renew = (): Promise<void> =>
    afterwards(guarded, (redis) => redis.run(guardLeaseRenew, [keyOf(redis)], [token, String(LEASE_MS)]));
  try {
    return await withLease(renew, () => next());
  } finally {
    await afterwards(guarded, (redis) =>
      redis.run(guardLeaseGiveBack, [keyOf(redis)], [token, channelOf(redis)]),
    );
  }
}

function allTaken({ limit, waitMs }: Setting, { tool }: GuardedCall): GantzError {
  const waited = waitMs === 0 ? '' : `, and none ended within ${describeMs(waitMs)}`;
  return new GantzError(
    'OVERLOADED',
    `${limit} calls of ${tool.name} run already, which is its limit${waited}`,
    {
      hint: 'Call again later.',
    },
  );
}
