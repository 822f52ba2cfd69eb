import { Deadline } from '../deadline.ts';
import { isBundled, type Runner } from '../run/runner.ts';

/** How long Redis may take to answer a ping, in milliseconds. */
const LIMIT_MS = 2000;

/** True when Redis answers; undefined when no tool uses it. */
export async function isRedisUp(runner: Runner): Promise<boolean | undefined> {
  if (!runner.tools.some(({ action }) => isBundled(action))) return undefined;
  const deadline = new Deadline({ budgetMs: LIMIT_MS, fixed: true });
  try {
    await runner.redis().use({ deadline, readOnly: true }, ({ client }) => client.ping());
    return true;
  } catch {
    return false;
  }
}
