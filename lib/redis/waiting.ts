import type { Call } from '../contract/call.ts';
import type { Place, Redis } from './redis.ts';

/** The result of one step. */
export type Step<R> = {
  result: R;
  /** True when the result is the answer; false when the call should go on waiting. */
  done: boolean;
  /** Milliseconds until something is due that can make the step succeed (a delay, a visibility, a lease that ends). */
  dueInMs?: number | undefined;
  /** True when another waiter of the same line could succeed now. */
  more?: boolean;
};

/** How a call waits. */
export type Wait<R> = {
  /** Seconds; 0 runs one step. */
  wait: number;
  /** The structure's key; in a cluster the notifications come from the node that serves it. */
  near: string;
  /** The channel, of `redis.key('wake', '<space>:<name>')`. A script publishes the number of waiters that can be served. */
  channel: string;
  /** Waiters with the same line are served by any event; the channel when absent. */
  line?: string;
  /** Runs one command or script that does not block. A result that is not done must have changed nothing. */
  step: () => Promise<Step<R>>;
};

/** The pauses before a step is repeated that failed because the server could not be used, in milliseconds. */
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 1000;

/**
 * Runs the step until it is done or the wait is over, and returns the result of the last step. Between two steps the call has
 * no command in flight. Throws OVERLOADED when too many calls of this process wait.
 */
export async function waitFor<R>(redis: Redis, call: Call, options: Wait<R>): Promise<R> {
  const { wait, near, channel, line = channel, step } = options;
  if (wait === 0) return (await step()).result;
  const endsAt = performance.now() + call.deadline.allowWait(wait * 1000);
  const place = redis.enterLine({ near, channel, line });
  // After a failure, another call of the line takes the turn of this one.
  let passOn = true;
  try {
    const { result, more = false } = await waitIn(place, redis, endsAt, step);
    passOn = more;
    return result;
  } finally {
    place.leave(passOn);
  }
}

async function waitIn<R>(
  place: Place,
  redis: Redis,
  endsAt: number,
  step: () => Promise<Step<R>>,
): Promise<Step<R>> {
  const remainingMs = (): number => Math.max(0, endsAt - performance.now());
  // The first failure is reported at once, as without wait. Later ones may be a restart or a failover.
  let isWaiting = place.isBehind;
  let failures = 0;
  if (isWaiting) await place.sleep(remainingMs());
  for (;;) {
    const isLast = remainingMs() === 0;
    try {
      const found = await step();
      if (found.done || isLast) return found;
      place.expect(found.dueInMs);
      isWaiting = true;
      failures = 0;
    } catch (error) {
      if (!isWaiting || isLast || !redis.mayRepeat(error)) throw error;
      failures++;
    }
    redis.nothingChanged();
    await place.sleep(failures === 0 ? remainingMs() : Math.min(remainingMs(), pauseMs(failures)));
  }
}

/** Returns how long to wait before a step is repeated, in milliseconds. */
function pauseMs(failures: number): number {
  return Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (failures - 1)) * (0.5 + Math.random() / 2);
}
