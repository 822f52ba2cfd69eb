import { Deadline } from '../contract/deadline.ts';
import { withoutRedis } from '../run/guards/guards.ts';
import { needsRedis } from '../run/kinds.ts';
import type { Runner } from '../run/runner.ts';

/** The time limit of the ping, in milliseconds. */
const LIMIT_MS = 2000;

export type RedisHealth = {
  /** True when Redis answers a ping within 2 s. */
  up: boolean;
  /** True when calls of a tool fail without Redis; false when only guards are skipped. */
  isNeeded: boolean;
};

/** Returns the state of Redis, and undefined when no tool uses Redis. */
export async function redisHealth(runner: Runner): Promise<RedisHealth | undefined> {
  const uses = runner.tools.map((tool) => (needsRedis(tool) ? 'fail' : withoutRedis(tool)));
  if (uses.every((use) => use === undefined)) return undefined;
  const isNeeded = uses.includes('fail');
  const deadline = new Deadline({ budgetMs: LIMIT_MS, fixed: true });
  try {
    await runner.redis().use({ deadline, readOnly: true }, ({ client }) => client.ping());
    return { up: true, isNeeded };
  } catch {
    return { up: false, isNeeded };
  }
}
