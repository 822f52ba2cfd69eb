import { Deadline } from '../contract/deadline.ts';
import { needsRedis } from '../run/kinds.ts';
import type { Runner } from '../run/runner.ts';

/** The time limit of the ping, in milliseconds. */
const LIMIT_MS = 2000;

/** Returns true when Redis answers a ping within 2 s, false when not, and undefined when no tool uses Redis. */
export async function isRedisUp(runner: Runner): Promise<boolean | undefined> {
  if (!runner.tools.some(needsRedis)) return undefined;
  const deadline = new Deadline({ budgetMs: LIMIT_MS, fixed: true });
  try {
    await runner.redis().use({ deadline, readOnly: true }, ({ client }) => client.ping());
    return true;
  } catch {
    return false;
  }
}
