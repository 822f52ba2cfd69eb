// Pages through all keys of the cache. Prints the heap in use, in MiB, after the tenth and after the last page.
// It uses the built library, because a TypeScript loader in the same process would be measured as well.
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

/** Returns the heap in use after a garbage collection, in MiB. */
function memory() {
  globalThis.gc();
  return process.memoryUsage().heapUsed / 1024 / 1024;
}
