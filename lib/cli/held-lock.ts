import { setTimeout as sleep } from 'node:timers/promises';
import type { Call } from '../contract/call.ts';
import { Deadline } from '../contract/deadline.ts';
import type { Result } from '../contract/envelope.ts';
import { explain, GantzError } from '../contract/errors.ts';
import type { LockAcquireResult, LockExtendResult, LockReleaseResult } from '../generated/tools.ts';
import type { RedisHandle } from '../redis/open.ts';
import { findOperation } from '../run/bundled/operations.ts';

/** How long the release may take, in milliseconds. */
const RELEASE_MS = 5000;
/** The longest part of the lease that is kept for ending the work when the lock cannot be extended, in milliseconds. */
const RESERVE_MS = 5000;

/** The lock to acquire: its name, its lease and how long to wait for it, in seconds, and the label of the holder. */
export type LockOptions = { name: string; ttl: number; wait: number; owner: string | undefined };

/** A lock that this process holds and extends. */
export type HeldLock = {
  readonly token: string;
  readonly fence: number;
  /** Resolves to the failure when the lock is lost, or will be soon because it cannot be extended. */
  readonly lost: Promise<GantzError>;
  /** Stops extending, and releases the lock. Resolves to false when it was lost before. */
  release(): Promise<boolean>;
};

type Limits = { deadline: Deadline; signal?: AbortSignal | undefined };

/** Acquires a lock and extends it until it is released. Throws CONFLICT when somebody else holds it at the end of the wait. */
export async function holdLock(redis: RedisHandle, options: LockOptions, limits: Limits): Promise<HeldLock> {
  const { name, ttl, wait, owner } = options;
  const parameters = { name, ttl, wait, ...(owner !== undefined && { owner }) };
  const acquired = (await run(redis, 'acquire', parameters, limits)) as LockAcquireResult;
  const { token, fence } = acquired;
  if (token === null || fence === null) throw heldByAnother(name, acquired);
  const stop = new AbortController();
  const extend = async (budgetMs: number): Promise<boolean> => {
    const deadline = new Deadline({ budgetMs });
    return ((await run(redis, 'extend', { name, token, ttl }, { deadline })) as LockExtendResult).extended;
  };
  const lost = new Promise<GantzError>((resolve) => {
    void keepExtending(extend, ttl * 1000, stop.signal).then((reason) => {
      if (reason !== undefined) resolve(lockLost(name, reason));
    });
  });
  return {
    token,
    fence,
    lost,
    async release() {
      stop.abort();
      const deadline = new Deadline({ budgetMs: RELEASE_MS });
      return ((await run(redis, 'release', { name, token }, { deadline })) as LockReleaseResult).released;
    },
  };
}

/** Extends every third of the lease. Resolves to the reason when the lock is lost, and to undefined when `signal` aborts. */
async function keepExtending(
  extend: (budgetMs: number) => Promise<boolean>,
  leaseMs: number,
  signal: AbortSignal,
): Promise<string | undefined> {
  const reserveMs = Math.min(RESERVE_MS, leaseMs / 6);
  let giveUpAt = performance.now() + leaseMs - reserveMs;
  let pauseMs = leaseMs / 3;
  for (;;) {
    await sleep(pauseMs, undefined, { signal, ref: false }).catch(() => undefined);
    if (signal.aborted) return undefined;
    const sentAt = performance.now();
    try {
      if (!(await extend(Math.max(1, giveUpAt - sentAt)))) return 'its lease ended, or somebody deleted it';
      giveUpAt = sentAt + leaseMs - reserveMs;
      pauseMs = leaseMs / 3;
    } catch (error) {
      // The server may come back before the lease ends.
      if (performance.now() >= giveUpAt) return explain(error);
      pauseMs = Math.min(leaseMs / 30, giveUpAt - performance.now());
    }
  }
}

async function run(
  redis: RedisHandle,
  operation: 'acquire' | 'extend' | 'release',
  parameters: Readonly<Record<string, unknown>>,
  { deadline, signal }: Limits,
): Promise<Result> {
  const found = await findOperation({ kind: 'bundled', group: 'lock', operation });
  const ignore = (): void => undefined;
  const call: Call = { deadline, signal, emit: ignore, notice: ignore, follow: false, given: () => true };
  return await redis.use({ deadline, signal }, (connection) => found(connection, parameters, call));
}

function heldByAnother(name: string, { owner, expires_in_ms }: LockAcquireResult): GantzError {
  const holder = owner === null ? '' : ` by ${JSON.stringify(owner)}`;
  return new GantzError('CONFLICT', `The lock ${JSON.stringify(name)} is held${holder}`, {
    retryable: true,
    hint: 'Run it again later, or wait longer with --wait.',
    fields: { owner, expires_in_ms },
  });
}

function lockLost(name: string, reason: string): GantzError {
  return new GantzError('CONFLICT', `The lock ${JSON.stringify(name)} was lost: ${reason}`, {
    outcome: 'unknown',
    hint: 'The command was ended. It may have done a part of its work.',
  });
}
