import type { Call } from '../../contract/call.ts';
import { Deadline } from '../../contract/deadline.ts';
import type { Result } from '../../contract/envelope.ts';
import { GantzError, withFields } from '../../contract/errors.ts';
import type { Tool } from '../../contract/manifest.ts';
import type { Changes, GuardedCall, Host, LoadedGuard, Wishes } from './guard.ts';
import { GUARDS } from './guards.ts';
import { mergeNotes } from './merge-notes.ts';

/**
 * Runs the action of a call inside the guards of its tool, and inside `idempotency` when the caller gave a key. What they did is in
 * the field `gantz` of the result, or of the failure that it throws.
 */
export function runGuarded(
  host: Host,
  tool: GuardedCall['tool'],
  params: GuardedCall['params'],
  call: Call,
  wishes: Wishes,
): Promise<Result> {
  const isKeyed = wishes.idempotencyKey !== undefined;
  const layers = (isKeyed ? keyed : plain).get(tool);
  if (!layers) return loadLayers(tool, isKeyed).then(() => runGuarded(host, tool, params, call, wishes));
  const passing = { host, tool, params, wishes, layers, notes: {} };
  const [first] = layers;
  // An `await` in each call is measurable where thousands are made.
  return first?.loaded.find
    ? first.loaded.find(first.setting, guardedBy(passing, first, { call }), (index) =>
        runFrom(passing, index, call),
      )
    : runFrom(passing, 0, call);
}

/** A guard of a tool, with its setting. */
type Layer = { loaded: LoadedGuard; setting: unknown; guard: GuardedCall['guard'] };

/** The guards of tools from the outside to the inside, for calls without and with an idempotency key. */
const plain = new WeakMap<Tool, readonly Layer[]>();
const keyed = new WeakMap<Tool, readonly Layer[]>();

/** Loads the guards of a tool. */
async function loadLayers(tool: Tool, isKeyed: boolean): Promise<void> {
  const { settings = {}, optional = [] } = tool.guards ?? {};
  const layers: Layer[] = [];
  for (const [key, guard] of Object.entries(GUARDS)) {
    if (!Object.hasOwn(settings, key) && !(key === 'idempotency' && isKeyed)) continue;
    const withoutRedis = optional.includes(key) ? 'skip' : guard.withoutRedis;
    layers.push({ loaded: await guard.load(), setting: settings[key], guard: { key, withoutRedis } });
  }
  (isKeyed ? keyed : plain).set(tool, layers);
}

/** What is equal in all layers of a call. */
type Passing = Pick<GuardedCall, 'tool' | 'params' | 'wishes' | 'notes'> & {
  host: Host;
  layers: readonly Layer[];
};

/** Runs the guards of a call from this one on, when the call has its turn. */
async function runFrom(passing: Passing, index: number, call: Call): Promise<Result> {
  const { notes, wishes } = passing;
  try {
    const result = wishes.turn
      ? await inTurn(wishes.turn, call, (later) => pass(passing, index, { call: later }))
      : await pass(passing, index, { call });
    return isEmpty(notes) ? result : { ...result, gantz: mergeNotes(result['gantz'], notes) };
  } catch (error) {
    if (!(error instanceof GantzError) || isEmpty(notes)) throw error;
    throw withFields(error, { gantz: mergeNotes(error.fields?.['gantz'], notes) });
  }
}

/** Runs a call when it has its turn. Its time limit does not include the wait. */
async function inTurn(
  turn: NonNullable<Wishes['turn']>,
  call: Call,
  run: (call: Call) => Promise<Result>,
): Promise<Result> {
  const waitsSince = performance.now();
  const giveBack = await turn();
  try {
    call.signal?.throwIfAborted();
    return await run({ ...call, deadline: call.deadline.later(performance.now() - waitsSince) });
  } finally {
    giveBack();
  }
}

/** Runs a guard with all that it encloses. */
function pass(passing: Passing, index: number, changes: Changes & { call: Call }): Promise<Result> {
  const layer = passing.layers[index];
  if (!layer) return runAction(passing, changes);
  return layer.loaded.run(layer.setting, guardedBy(passing, layer, changes), (more) =>
    pass(passing, index + 1, more ? { ...changes, ...more } : changes),
  );
}

function guardedBy(
  { host, tool, params, wishes, notes }: Passing,
  { guard }: Layer,
  { call, redis: ofAction }: Changes & { call: Call },
): GuardedCall {
  const { redis, variablesOf } = host;
  const scope = tool.guards?.scope ?? '';
  const isKeyed = ofAction !== undefined;
  return { tool, params, call, redis, variablesOf, scope, guard, isKeyed, wishes, notes };
}

function runAction(
  { host, tool, params }: Passing,
  { call, actionTimeoutMs, redis = host.redis }: Changes & { call: Call },
): Promise<Result> {
  if (actionTimeoutMs === undefined || actionTimeoutMs >= call.deadline.remainingMs())
    return host.run(tool, params, call, redis);
  const deadline = new Deadline({ budgetMs: actionTimeoutMs, fixed: true });
  return host.run(tool, params, { ...call, deadline }, redis);
}

function isEmpty(notes: object): boolean {
  for (const _ in notes) return false;
  return true;
}
