import { readdirSync, readFileSync } from 'node:fs';
import { basename, extname, join, relative } from 'node:path';
import { parseManifest } from '../lib/run/manifests.ts';
import type { Inputs } from './generated-files.ts';

/** The root of the repository. */
export const ROOT = join(import.meta.dirname, '..');

/** Reads the sources of the generated files. */
export async function readInputs(): Promise<Inputs> {
  const file = join(ROOT, 'gantz.yaml');
  const manifestText = readFileSync(file, 'utf8');
  // loadManifest would return the generated manifest, because the text is the same.
  const manifest = await parseManifest(manifestText, { file, directory: ROOT, bundled: true });
  const scripts = readLua('tools/lua');
  const includes = readLua('tools/lua/includes');
  const { version } = JSON.parse(readText('package.json')) as { version: string };
  return { manifestText, manifest, scripts, includes, texts: readTexts(), version };
}

/** Reads the files that are embedded in the program as text. */
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
    icon: readText('console/icon.svg').trim(),
  };
}

function namesIn(folder: string): string[] {
  return readdirSync(join(ROOT, folder)).sort();
}

/** Returns the paths of all files in a folder and its subfolders, relative to it. Leaves out the files that Python compiled. */
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

/** Reads the Lua files of a folder: name without `.lua` → text. */
function readLua(folder: string): Map<string, string> {
  const names = namesIn(folder).filter((name) => name.endsWith('.lua'));
  return new Map(names.map((name) => [basename(name, '.lua'), readText(`${folder}/${name}`)]));
}
