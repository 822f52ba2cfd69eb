import { Deadline } from '../../contract/deadline.ts';
import type { RedisHandle } from '../open.ts';
import type { UseOptions } from '../options.ts';
import type { Redis } from '../redis.ts';

/** Runs a part of a transfer as a call of its own. Rejects with a GantzError. */
export type Step = <R>(work: (redis: Redis) => Promise<R>) => Promise<R>;

/** How long one step may take when the transfer has no time limit, in milliseconds. */
const STEP_MS = 60_000;

/**
 * Returns the function that runs the steps of a transfer. `deadline` limits the whole transfer. Without it, each step has a
 * limit, so that a silent server ends the transfer, and a long transfer does not end.
 */
export function stepsOf(
  handle: RedisHandle,
  { deadline, ...options }: Omit<UseOptions, 'deadline'> & { deadline: Deadline | undefined },
): Step {
  return (work) =>
    handle.use({ ...options, deadline: deadline ?? new Deadline({ budgetMs: STEP_MS }) }, work);
}
