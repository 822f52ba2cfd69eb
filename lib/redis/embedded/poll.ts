import { setTimeout as sleep } from 'node:timers/promises';
import type { Deadline } from '../../deadline.ts';

/** What limits a wait. */
export type Limits = { deadline: Deadline; signal?: AbortSignal | undefined };

const SHORTEST_PAUSE_MS = 2;
const LONGEST_PAUSE_MS = 50;

/** Asks again and again, with growing pauses, until there is an answer; TIMEOUT at the deadline, the signal's reason on abort. */
export async function poll<T>(
  ask: () => Promise<T | undefined> | T | undefined,
  { deadline, signal }: Limits,
  what: string,
): Promise<T> {
  for (let pauseMs = SHORTEST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 1.5, LONGEST_PAUSE_MS)) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    signal?.throwIfAborted();
    const remainingMs = deadline.remainingMs();
    if (remainingMs === 0) throw deadline.error(what);
    await sleep(Math.min(pauseMs, remainingMs));
  }
}
