import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseManifest } from '../lib/manifest/parse.ts';
import type { Inputs } from './generated-files.ts';

/** The root of the repository. */
export const ROOT = join(import.meta.dirname, '..');

/** Reads what the generated files are made of. */
export async function readInputs(): Promise<Inputs> {
  const file = join(ROOT, 'gantz.yaml');
  const manifestText = readFileSync(file, 'utf8');
  // Not loadManifest, which takes the generated manifest for one with the same text.
  const manifest = await parseManifest(manifestText, { file, directory: ROOT, builtin: true });
  const scripts = readLua('tools/lua');
  const includes = readLua('tools/lua/includes');
  return { manifestText, manifest, scripts, includes };
}

/** The Lua files of a folder: name without `.lua` → text. */
function readLua(folder: string): Map<string, string> {
  const names = readdirSync(join(ROOT, folder)).filter((name) => name.endsWith('.lua'));
  return new Map(
    names.map((name) => [basename(name, '.lua'), readFileSync(join(ROOT, folder, name), 'utf8')]),
  );
}
