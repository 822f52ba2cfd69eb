import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { GantzError } from '../errors.ts';
import { BUILTIN, isBundled, loadBundled } from './bundled.ts';
import { invalidManifest } from './diagnose.ts';
import type { Lint } from './parse/review.ts';
import type { Manifest } from './manifest.ts';
import type { Checked, ManifestText } from './parse/parse.ts';

/** A file to load, or `builtin:redis`. */
export type Location = { file: string };

/** Gives the text of a file. */
export type Read = (file: string) => Promise<string>;

// Imported here, since a call of the bundled tools reads no file.
const fromDisk: Read = async (file) => (await import('node:fs/promises')).readFile(file, 'utf8');

/** Loads a manifest with what it includes. MANIFEST_NOT_FOUND or MANIFEST_INVALID, which names every problem. */
export async function loadManifest(location: Location, read: Read = fromDisk): Promise<Manifest> {
  const { manifest, problems } = await checkManifest(location, { read });
  if (manifest) return manifest;
  throw invalidManifest(problems);
}

/** Loads a manifest and gives all that is wrong with it instead of throwing; MANIFEST_NOT_FOUND is still thrown. */
export async function checkManifest(
  { file: name }: Location,
  { lint, read = fromDisk }: { lint?: Lint; read?: Read } = {},
): Promise<Checked> {
  if (name === BUILTIN) return { manifest: await loadBundled(), problems: [] };
  const file = path.resolve(name);
  const directory = path.dirname(file);
  const text = await readText(file, read);
  if (await isBundled(text)) {
    // A checkout's own gantz.yaml: the bundled manifest by another name.
    return { manifest: { ...(await loadBundled()), file, directory, sources: [file] }, problems: [] };
  }
  // What a call of the bundled tools never needs is loaded here.
  const { checkManifestText } = await import('./parse/parse.ts');
  return checkManifestText(text, {
    file,
    directory,
    builtin: isOwnFolder(directory),
    readInclude: (include, from) => readInclude(include, from, read),
    ...(lint && { lint }),
  });
}

async function readInclude(name: string, from: string, read: Read): Promise<ManifestText | Manifest> {
  if (name === BUILTIN) return loadBundled();
  if (name.startsWith('builtin:')) throw new Error(`there is only ${BUILTIN}`);
  const file = path.resolve(from, name);
  const directory = path.dirname(file);
  try {
    return { file, directory, text: await read(file), builtin: isOwnFolder(directory) };
  } catch (thrown) {
    throw new Error(reasonOf(thrown), { cause: thrown });
  }
}

async function readText(file: string, read: Read): Promise<string> {
  try {
    return await read(file);
  } catch (thrown) {
    throw new GantzError('MANIFEST_NOT_FOUND', `The manifest ${file} cannot be read: ${reasonOf(thrown)}`, {
      hint: `Name another with -c FILE; -c ${BUILTIN} is the bundled one.`,
      cause: thrown,
    });
  }
}

function reasonOf(thrown: unknown): string {
  const code = thrown instanceof Error && 'code' in thrown ? thrown.code : undefined;
  if (code === 'ENOENT') return 'there is no such file';
  if (code === 'EISDIR') return 'it is a folder';
  if (code === 'EACCES') return 'it may not be read';
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/** Whether a folder is that of this package's sources, whose tools/ are the bundled ones. */
function isOwnFolder(directory: string): boolean {
  const here = fileURLToPath(import.meta.url);
  const below = path.join('lib', 'manifest', 'load.ts');
  // A build has no such folder.
  return here.endsWith(path.sep + below) && directory === here.slice(0, -below.length - 1);
}
