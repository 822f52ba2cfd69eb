import { Deadline } from '../../contract/deadline.ts';
import type { Result } from '../../contract/envelope.ts';
import { GantzError, withFields } from '../../contract/errors.ts';
import type { Invocation } from '../invocation.ts';
import type { Changes, Guard, GuardedCall, LoadedGuard, Wishes } from './guard.ts';
import { GUARDS } from './guards.ts';

const ENTRIES = Object.entries(GUARDS);

/** The guards whose code is loaded. An `await` in each call is measurable where thousands are made. */
const loaded = new Map<Guard, LoadedGuard>();

/**
 * Runs an action inside the guards of its tool, and inside `idempotency` when the caller gave a key. What they did is in the field
 * `gantz` of the result, or of the failure that it throws. `run` runs the action.
 */
export async function runGuarded(
  invocation: Invocation,
  wishes: Wishes,
  run: (invocation: Invocation) => Promise<Result>,
): Promise<Result> {
  const { scope = '', settings = {}, optional = [] } = invocation.tool.guards ?? {};
  const notes: Record<string, unknown> = {};
  const guarded: Omit<GuardedCall, 'guard' | 'isKeyed'> = derive(invocation, {
    scope,
    wishes,
    note: (members: Readonly<Record<string, unknown>>) => void Object.assign(notes, members),
  });
  const guards = ENTRIES.filter(
    ([key]) => Object.hasOwn(settings, key) || (key === 'idempotency' && wishes.idempotencyKey !== undefined),
  );

  async function pass(index: number, changes: Changes): Promise<Result> {
    const [key, guard] = guards[index] ?? [];
    if (key === undefined || !guard) return await runAction(changes);
    const { call = invocation.call } = changes;
    const ready = loaded.get(guard) ?? (await guard.load());
    loaded.set(guard, ready);
    return await ready.run(
      settings[key],
      derive(guarded, {
        call,
        isKeyed: changes.redis !== undefined,
        guard: { key, withoutRedis: optional.includes(key) ? 'skip' : guard.withoutRedis },
      }),
      (more) => pass(index + 1, { ...changes, ...more }),
    );
  }

  async function runAction({
    actionTimeoutMs,
    call = invocation.call,
    redis = invocation.redis,
  }: Changes): Promise<Result> {
    const remainingMs = call.deadline.remainingMs();
    if (actionTimeoutMs === undefined || actionTimeoutMs >= remainingMs)
      return await run(derive(invocation, { call, redis }));
    const deadline = new Deadline({ budgetMs: actionTimeoutMs, fixed: true });
    return await run(derive(invocation, { redis, call: { ...call, deadline } }));
  }

  try {
    const result = await pass(0, {});
    return Object.keys(notes).length > 0 ? { ...result, gantz: merge(result['gantz'], notes) } : result;
  } catch (error) {
    if (!(error instanceof GantzError) || Object.keys(notes).length === 0) throw error;
    throw withFields(error, { gantz: merge(error.fields?.['gantz'], notes) });
  }
}

/** Adds the notes of the guards to those that a result or a failure has already. */
function merge(known: unknown, notes: Readonly<Record<string, unknown>>): object {
  return typeof known === 'object' ? { ...known, ...notes } : notes;
}

/** Returns an object with other members. A copy would compute `environment`, which few guards read. */
function derive<T extends object, M extends object>(base: T, members: M): T & M {
  return Object.assign(Object.create(base) as T, members);
}
