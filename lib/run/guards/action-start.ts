import type { GuardedCall } from './guard.ts';

/** When the action of a call may begin, by the notes of the call, which are one object for all of its guards. */
const starts = new WeakMap<GuardedCall['notes'], number>();

/** Runs a step of a guard that may keep the action of a call waiting. */
export async function beforeAction<R>({ notes }: GuardedCall, step: () => Promise<R>): Promise<R> {
  starts.set(notes, Infinity);
  const result = await step();
  starts.set(notes, performance.now());
  return result;
}

/**
 * Returns when the last `beforeAction` of a call ended, as `performance.now()`: Infinity when it failed or runs, undefined when there
 * was none.
 */
export function actionStart({ notes }: GuardedCall): number | undefined {
  return starts.get(notes);
}
