import { GantzError } from '../contract/errors.ts';
import { pointerOf } from '../json/pointer.ts';
import { explainRedisError } from './errors.ts';

/** A command that was sent: the path of its value in the parameters, and its reply. */
type Sent = { path: readonly string[]; reply: Promise<unknown> };

/**
 * Waits for commands of one call that were sent together, and each of which stores one value. When all fail, throws the failure of one
 * of them. When some fail, throws a failure with the outcome `unknown`, whose details name the values of those.
 */
export async function allOf(commands: readonly Sent[]): Promise<void> {
  const replies = await Promise.allSettled(commands.map(({ reply }) => reply));
  const failed = replies.flatMap((reply, index) => {
    if (reply.status === 'fulfilled') return [];
    const reason: unknown = reply.reason;
    const where = 'a node of the cluster';
    const cause = explainRedisError(reason, { where, sent: true, readOnly: false });
    const storedNothing = cause instanceof GantzError && cause.outcome === 'none';
    return [{ path: pointerOf(commands[index]?.path ?? []), reason, cause, storedNothing }];
  });
  const worst = failed.find(({ storedNothing }) => !storedNothing) ?? failed[0];
  if (!worst) return;
  const { reason, cause } = worst;
  if (failed.length === commands.length || !(cause instanceof GantzError)) throw reason;
  const stored = commands.length - failed.length;
  throw new GantzError(cause.code, `${stored} of ${commands.length} values were stored. ${cause.message}`, {
    outcome: 'unknown',
    retryable: cause.retryable,
    ...(cause.hint !== undefined && { hint: cause.hint }),
    details: failed.map(({ path, storedNothing }) => ({
      path,
      message: storedNothing ? 'was not stored' : 'may have been stored',
    })),
    cause,
  });
}
