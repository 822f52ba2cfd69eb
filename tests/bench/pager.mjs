// Pages through every key of the cache and says, in MiB, how much memory it had at the tenth and at the last page.
// It uses the library as it is built: a compiler beside it would be measured as well.
import { createRequire } from 'node:module';

const { openGantz } = createRequire(import.meta.url)('../../dist/node/library.cjs');
const gantz = await openGantz({ manifest: 'builtin:redis' });
let cursor = null;
let pages = 0;
let first = 0;
do {
  const page = await gantz.call('cache_keys', { limit: 1000, ...(cursor !== null && { cursor }) });
  cursor = page.cursor;
  if (++pages === 10) first = memory();
} while (cursor !== null);
console.log(JSON.stringify({ first, last: memory(), pages }));
await gantz.close();

/** What is held, without what waits to be collected. */
function memory() {
  globalThis.gc();
  return process.memoryUsage().heapUsed / 1024 / 1024;
}
