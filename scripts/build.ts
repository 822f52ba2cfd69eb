import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bundleForNode } from './build/bundle.ts';
import { compileNative } from './build/native.ts';
import { noticesOf } from './build/notices.ts';
import { declareLibrary } from './build/types.ts';

// Writes dist/node, the program of the npm package, and dist/native/gantz, the executable. With --node, only dist/node.
const root = join(import.meta.dirname, '..');
const folder = join(root, 'dist/node');
// The program is built in a temporary folder and then moved, so that a failed build leaves the old program in place.
const fresh = join(root, `dist/node-${process.pid}`);
try {
  const metafiles = await bundleForNode(root, fresh);
  await declareLibrary(root, fresh);
  await writeFile(join(fresh, 'THIRD-PARTY-NOTICES.md'), await noticesOf(root, metafiles));
  await rm(folder, { recursive: true, force: true });
  await rename(fresh, folder);
} finally {
  await rm(fresh, { recursive: true, force: true });
}
if (!process.argv.includes('--node')) {
  const why = await compileNative(root, join(root, 'dist/native/gantz'));
  if (why) console.error(`gantz: there is no native executable, so Node runs the program: ${why}`);
}
