import { escapeGlob } from './pattern.ts';
import type { Redis } from './redis.ts';

/** Deletes every key of a namespace. `gantz test` calls it for the namespace that it created. */
export async function deleteNamespace({ client }: Redis, namespace: string): Promise<void> {
  let cursor = '0';
  do {
    const page = await client.scan(cursor, { MATCH: `${escapeGlob(`${namespace}:`)}*`, COUNT: 1000 });
    if (page.keys.length > 0) await client.unlink(page.keys);
    cursor = page.cursor;
  } while (cursor !== '0');
}
