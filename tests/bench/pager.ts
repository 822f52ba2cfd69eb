import { openGantz } from '../../lib/library/library.ts';

// Pages through every key of the cache and says, in MiB, how much memory it had at the tenth and at the last page.
await using gantz = await openGantz({ manifest: 'builtin:redis' });
let cursor: string | null = null;
let pages = 0;
let first = 0;
do {
  const page: { cursor: string | null } = await gantz.call('cache_keys', {
    limit: 1000,
    ...(cursor !== null && { cursor }),
  });
  cursor = page.cursor;
  if (++pages === 10) first = memory();
} while (cursor !== null);
console.log(JSON.stringify({ first, last: memory(), pages }));

/** What is held, without what waits to be collected. */
function memory(): number {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed / 1024 / 1024;
}
