import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bundleForNode } from './build/bundle.ts';
import { compileNative } from './build/native.ts';
import { noticesOf } from './build/notices.ts';
import { declareLibrary } from './build/types.ts';

// Writes dist/node, the npm package's program, and dist/native/gantz, the executable. --node leaves the executable out.
const root = join(import.meta.dirname, '..');
const folder = join(root, 'dist/node');
// Built beside its place and moved there, so that a failure leaves what was there.
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
  if (why) console.error(`gantz: no native executable, Node runs it instead: ${why}`);
}
