import { Deadline } from '../contract/deadline.ts';
import { needsRedis } from '../run/kinds.ts';
import { withoutRedis } from '../run/guards/guards.ts';
import type { Runner } from '../run/runner.ts';
import type { RedisSample } from './metrics-history.ts';

/** The time limit of a look at Redis, in milliseconds. */
const LIMIT_MS = 2000;

/** Returns true when a tool or a guard of one uses Redis. */
export function usesRedis({ tools }: Runner): boolean {
  return tools.some((tool) => needsRedis(tool) || withoutRedis(tool) !== undefined);
}

/**
 * Measures a PING and asks for the memory of Redis: of a cluster, the slowest PING of its masters, and the memory of all. Rejects when
 * Redis does not answer within 2 s.
 */
export async function sampleRedis(runner: Runner, signal: AbortSignal): Promise<RedisSample> {
  const deadline = new Deadline({ budgetMs: LIMIT_MS, fixed: true });
  return await runner.redis().use({ deadline, signal, readOnly: true }, async ({ connect, masters }) => {
    // The time for connecting is no round trip.
    await connect();
    const { clients } = await masters();
    const begun = performance.now();
    await Promise.all(clients.map((client) => client.ping()));
    const ms = performance.now() - begun;
    // A user may be allowed no INFO.
    const infos = await Promise.all(clients.map((client) => client.info('memory').catch(() => '')));
    return { ms, ...memoryIn(infos) };
  });
}

function memoryIn(infos: readonly string[]): Pick<RedisSample, 'used' | 'limit'> {
  const sumOf = (name: string): number | undefined => {
    const values = infos.map((info) => Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(info)?.[1] ?? NaN));
    const sum = values.reduce((all, value) => all + value, 0);
    return Number.isNaN(sum) ? undefined : sum;
  };
  const used = sumOf('used_memory');
  const limit = sumOf('maxmemory');
  // 0 means that there is no limit.
  return { ...(used !== undefined && { used }), ...(limit !== undefined && limit > 0 && { limit }) };
}
