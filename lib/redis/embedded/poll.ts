import { setTimeout as sleep } from 'node:timers/promises';
import type { Deadline } from '../../contract/deadline.ts';

/** The limits of a wait. */
export type WaitLimits = { deadline: Deadline; signal?: AbortSignal | undefined };

const SHORTEST_PAUSE_MS = 2;
const LONGEST_PAUSE_MS = 50;

/**
 * Calls `check` repeatedly, with growing pauses, until its result is not undefined, and resolves to that result.
 * Rejects with TIMEOUT at the deadline, where `what` begins the message, and with the reason of the signal on abort.
 */
export async function poll<T>(
  check: () => Promise<T | undefined> | T | undefined,
  { deadline, signal }: WaitLimits,
  what: string,
): Promise<T> {
  for (let pauseMs = SHORTEST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 1.5, LONGEST_PAUSE_MS)) {
    const result = await check();
    if (result !== undefined) return result;
    signal?.throwIfAborted();
    const remainingMs = deadline.remainingMs();
    if (remainingMs === 0) throw deadline.error(what);
    await sleep(Math.min(pauseMs, remainingMs));
  }
}
