import { escapeGlob } from './pattern.ts';
import type { Redis } from './redis.ts';

/**
 * Deletes every key that begins with `prefix`, on all masters of a cluster, and returns how many there were. It scans in steps, so
 * that the server serves other clients meanwhile.
 */
export async function deleteKeys(redis: Redis, prefix: string): Promise<number> {
  const { clients } = await redis.masters();
  let removed = 0;
  for (const client of clients) {
    let cursor = '0';
    do {
      const page = await client.scan(cursor, { MATCH: `${escapeGlob(prefix)}*`, COUNT: 1000 });
      // One command for each key: keys of several slots may not be in one command of a cluster.
      const replies = await Promise.all(page.keys.map((key) => redis.write(['UNLINK', key])));
      removed += replies.filter((reply) => reply === 1).length;
      cursor = page.cursor;
    } while (cursor !== '0');
  }
  return removed;
}
