import { GantzError, type Detail } from '../contract/errors.ts';
import { pointerOf } from '../json/pointer.ts';
import { explainRedisError, isReply } from './errors.ts';

/** A command that was sent: the path of its value in the parameters, and its reply. */
type Sent = { path: readonly string[]; reply: Promise<unknown> };

/**
 * Waits for commands of one call that were sent together and write each on its own. When some fail, throws a failure. When others
 * have taken effect, its outcome is `unknown`, and its details name those that failed.
 */
export async function allOf(commands: readonly Sent[]): Promise<void> {
  const replies = await Promise.allSettled(commands.map(({ reply }) => reply));
  const failed = replies.flatMap((reply, index) =>
    reply.status === 'rejected'
      ? [{ path: pointerOf(commands[index]?.path ?? []), reason: reply.reason as unknown }]
      : [],
  );
  if (failed.length === 0) return;
  // After an error reply, the command has done nothing. After another failure, that is unknown.
  const [first] = [...failed.filter(({ reason }) => !isReply(reason)), ...failed];
  if (failed.length === commands.length) throw first?.reason;
  const cause = explain(first?.reason);
  if (!(cause instanceof GantzError)) throw cause;
  const done = commands.length - failed.length;
  throw new GantzError(cause.code, `${done} of ${commands.length} were stored. ${cause.message}`, {
    outcome: 'unknown',
    retryable: cause.retryable,
    ...(cause.hint !== undefined && { hint: cause.hint }),
    details: failed.map(({ path, reason }): Detail => ({
      path,
      message: isReply(reason) ? 'was not stored' : 'may have been stored',
    })),
    cause,
  });
}

function explain(reason: unknown): unknown {
  return explainRedisError(reason, { where: 'a node of the cluster', sent: true, readOnly: false });
}
