import { escapeGlob } from './pattern.ts';
import type { Redis } from './redis.ts';

/** Deletes every key of a namespace. `gantz test` calls it for the namespace that it created. */
export async function deleteNamespace(redis: Redis, namespace: string): Promise<void> {
  const { clients } = await redis.masters();
  for (const client of clients) {
    let cursor = '0';
    do {
      const page = await client.scan(cursor, { MATCH: `${escapeGlob(`${namespace}:`)}*`, COUNT: 1000 });
      // One command for each key: keys of several slots may not be in one command of a cluster.
      await Promise.all(page.keys.map((key) => redis.write(['UNLINK', key])));
      cursor = page.cursor;
    } while (cursor !== '0');
  }
}
