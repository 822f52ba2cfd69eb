import type { Context } from '../contract/context.ts';
import { Deadline } from '../contract/deadline.ts';

const TIMEOUT_MS = 10_000;

/** Returns the time limit of a command that uses Redis without a tool: `--timeout`, or 10 s. */
export function commandDeadline({ options, startedAt }: Pick<Context, 'options' | 'startedAt'>): Deadline {
  const { timeoutMs } = options;
  return new Deadline({ budgetMs: timeoutMs ?? TIMEOUT_MS, startedAt, fixed: timeoutMs !== undefined });
}
