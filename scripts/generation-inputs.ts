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
  const folder = join(ROOT, 'tools/lua');
  const scripts = readdirSync(folder).map((name) => {
    return [basename(name, '.lua'), readFileSync(join(folder, name), 'utf8')] as const;
  });
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
  return { manifestText, manifest, scripts: new Map(scripts), version };
}
