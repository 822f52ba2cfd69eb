import { readdirSync, readFileSync } from 'node:fs';
import { basename, extname, join, relative } from 'node:path';
import { parseManifest } from '../lib/run/manifests.ts';
import type { Inputs } from './generated-files.ts';

/** The root of the repository. */
export const ROOT = join(import.meta.dirname, '..');

/** Reads what the generated files are made of. */
export async function readInputs(): Promise<Inputs> {
  const file = join(ROOT, 'gantz.yaml');
  const manifestText = readFileSync(file, 'utf8');
  // Not loadManifest, which takes the generated manifest for one with the same text.
  const manifest = await parseManifest(manifestText, { file, directory: ROOT, bundled: true });
  const scripts = readLua('tools/lua');
  const includes = readLua('tools/lua/includes');
  const { version } = JSON.parse(readText('package.json')) as { version: string };
  return { manifestText, manifest, scripts, includes, texts: readTexts(), version };
}

/** The files that the program carries as text. */
function readTexts(): Inputs['texts'] {
  const completions = namesIn('lib/cli/completion').filter((name) => name.startsWith('gantz.'));
  return {
    completionScripts: Object.fromEntries(
      completions.map((name) => [extname(name).slice(1), readText(`lib/cli/completion/${name}`)]),
    ),
    templates: Object.fromEntries(
      namesIn('lib/cli/templates').map((template) => {
        const folder = `lib/cli/templates/${template}`;
        return [
          template,
          Object.fromEntries(filesIn(folder).map((path) => [path, readText(`${folder}/${path}`)])),
        ];
      }),
    ),
    pythonRunner: readText('lib/run/handler/python_runner.py'),
  };
}

function namesIn(folder: string): string[] {
  return readdirSync(join(ROOT, folder)).sort();
}

/** The files of a folder and of those in it, by their paths from there; what Python compiled is left out. */
function filesIn(folder: string): string[] {
  const entries = readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.pyc'))
    .map(({ parentPath, name }) => relative(join(ROOT, folder), join(parentPath, name)))
    .sort();
}

function readText(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

/** The Lua files of a folder: name without `.lua` → text. */
function readLua(folder: string): Map<string, string> {
  const names = namesIn(folder).filter((name) => name.endsWith('.lua'));
  return new Map(names.map((name) => [basename(name, '.lua'), readText(`${folder}/${name}`)]));
}
