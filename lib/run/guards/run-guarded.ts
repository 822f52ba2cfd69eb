import type { Result } from '../../contract/envelope.ts';
import { GantzError, withFields } from '../../contract/errors.ts';
import type { Guards } from '../../contract/manifest.ts';
import type { Invocation } from '../invocation.ts';
import type { GuardedCall, Next } from './guard.ts';
import { GUARDS } from './guards.ts';

/**
 * Runs an action inside the guards of its tool. What they did is in the field `gantz` of the result, or of the failure that it
 * throws. `run` runs the action.
 */
export async function runGuarded(
  { scope, settings, optional }: Guards,
  invocation: Invocation,
  run: (invocation: Invocation) => Promise<Result>,
): Promise<Result> {
  const notes: Record<string, unknown> = {};
  const guarded: GuardedCall = {
    ...invocation,
    scope,
    isOptional: (guard) => optional.includes(guard),
    note: (members) => void Object.assign(notes, members),
  };
  const innermost: Next = (call = invocation.call) => run({ ...invocation, call });
  const all = Object.entries(GUARDS)
    .filter(([key]) => Object.hasOwn(settings, key))
    .reduceRight<Next>(
      (next, [key, guard]) =>
        (call = invocation.call) =>
          guard.wrap(settings[key], { ...guarded, call }, next),
      innermost,
    );
  try {
    const result = await all();
    return Object.keys(notes).length > 0 ? { ...result, gantz: notes } : result;
  } catch (error) {
    if (!(error instanceof GantzError) || Object.keys(notes).length === 0) throw error;
    throw withFields(error, { gantz: notes });
  }
}
