import { Deadline } from '../contract/deadline.ts';
import type { Outcome } from '../contract/errors.ts';
import { GantzError, toGantzError } from '../contract/errors.ts';
import type { Result } from '../contract/envelope.ts';
import type { CliContext } from './command.ts';

/** Returns the time limit of `gantz export` and `gantz import`: `--timeout`, and none without it. */
export function transferDeadline({ options, startedAt }: CliContext): Deadline | undefined {
  const { timeoutMs } = options;
  return timeoutMs === undefined ? undefined : new Deadline({ budgetMs: timeoutMs, startedAt, fixed: true });
}

/** Returns the failure with the counts of what was done before, and with one more sentence in its hint. */
export function withCounts(
  thrown: unknown,
  { counts, hint, outcome }: { counts: Result; hint?: string | undefined; outcome?: Outcome },
): GantzError {
  const error = toGantzError(thrown);
  const { code, message, details, retryable, fields, cause } = error;
  const hints = [error.hint, hint].filter((text) => text !== undefined);
  return new GantzError(code, message, {
    outcome: outcome ?? error.outcome,
    retryable,
    ...(hints.length > 0 && { hint: hints.join(' ') }),
    ...(details && { details }),
    fields: { ...fields, ...counts },
    ...(cause !== undefined && { cause }),
  });
}

/** Returns the number and its rate since `begun`, a reading of `performance.now()`. */
export function describeRate(keys: number, begun: number): string {
  const seconds = Math.max((performance.now() - begun) / 1000, 0.001);
  return `${keys} keys  ${Math.round(keys / seconds)} a second`;
}
