import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Manifest } from './manifest.ts';
import { parseManifest } from './parse.ts';

/** The name of the bundled manifest, wherever a file may be named. */
export const BUILTIN = 'builtin:redis';

/** The manifest of the Redis tools, and its text. */
export async function loadBundled(): Promise<{ manifest: Manifest; text: string }> {
  const text = await readFile(fileURLToPath(new URL('../../gantz.yaml', import.meta.url)), 'utf8');
  const manifest = await parseManifest(text, { file: BUILTIN, directory: '', builtin: true });
  return { manifest, text };
}
