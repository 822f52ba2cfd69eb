import path from 'node:path';
import { GantzError } from '../contract/errors.ts';
import { BUILTIN, isBundled, loadBundled } from './bundled.ts';
import { invalidManifest } from './diagnose.ts';
import type { Manifest } from '../contract/manifest.ts';
import type { Checked, ManifestText } from './parse/parse.ts';
import type { ReviewPrompt } from './parse/prompts.ts';
import type { Review } from './parse/review.ts';
import type { ActionKeys, GuardKeys } from './tool-key.ts';

/** A file to load, or `builtin:redis`. */
export type Location = { file: string };

/** Reads the text of a file. */
export type Read = (file: string) => Promise<string>;

// The file system module is loaded only when a file is read.
const fromDisk: Read = async (file) => (await import('node:fs/promises')).readFile(file, 'utf8');

export type LoadOptions = {
  /** The action kinds that a tool may have. */
  actions: ActionKeys;
  /** The guards that a tool may have; loaded when a manifest is parsed. */
  guards: () => Promise<GuardKeys>;
  /** Finds the problems of the texts of a prompt. */
  reviewPrompt: ReviewPrompt;
  /** Reads a file; from the disk when absent. */
  read?: Read | undefined;
};

/** Loads a manifest with what it includes. Throws MANIFEST_NOT_FOUND, or MANIFEST_INVALID with every problem. */
export async function loadManifest(location: Location, options: LoadOptions): Promise<Manifest> {
  const { manifest, problems } = await checkManifest(location, options);
  if (manifest) return manifest;
  throw invalidManifest(problems);
}

/** Loads a manifest and returns its problems instead of throwing them. Throws MANIFEST_NOT_FOUND. */
export async function checkManifest(
  { file: name }: Location,
  { actions, guards, reviewPrompt, read = fromDisk, review }: LoadOptions & { review?: Review },
): Promise<Checked> {
  if (name === BUILTIN) return { manifest: await loadBundled(), problems: [] };
  const file = path.resolve(name);
  const directory = path.dirname(file);
  const text = await readText(file, read);
  if (await isBundled(text)) {
    // A copy of the bundled manifest, such as the gantz.yaml of a checkout.
    return { manifest: { ...(await loadBundled()), file, directory, sources: [file] }, problems: [] };
  }
  // The parser is loaded only when a manifest is parsed.
  const { checkManifestText } = await import('./parse/parse.ts');
  return checkManifestText(text, {
    file,
    directory,
    bundled: await isOwnFolder(directory),
    actions,
    guards,
    reviewPrompt,
    readInclude: (include, from) => readInclude(include, from, read),
    ...(review && { review }),
  });
}

async function readInclude(name: string, from: string, read: Read): Promise<ManifestText | Manifest> {
  if (name === BUILTIN) return loadBundled();
  if (name.startsWith('builtin:')) throw new Error(`the only bundled manifest is ${BUILTIN}`);
  const file = path.resolve(from, name);
  const directory = path.dirname(file);
  try {
    return { file, directory, text: await read(file), bundled: await isOwnFolder(directory) };
  } catch (thrown) {
    throw new Error(reasonOf(thrown), { cause: thrown });
  }
}

async function readText(file: string, read: Read): Promise<string> {
  try {
    return await read(file);
  } catch (thrown) {
    throw new GantzError('MANIFEST_NOT_FOUND', `Cannot read the manifest ${file}: ${reasonOf(thrown)}`, {
      hint: `Choose another manifest with -c FILE; -c ${BUILTIN} selects the bundled one.`,
      cause: thrown,
    });
  }
}

function reasonOf(thrown: unknown): string {
  const code = thrown instanceof Error && 'code' in thrown ? thrown.code : undefined;
  if (code === 'ENOENT') return 'no such file';
  if (code === 'EISDIR') return 'it is a folder';
  if (code === 'EACCES') return 'permission denied';
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/** Returns true for the folder of this program's sources, whose tools/ holds the bundled operations. */
async function isOwnFolder(directory: string): Promise<boolean> {
  const { fileURLToPath } = await import('node:url');
  const here = fileURLToPath(import.meta.url);
  const below = path.join('lib', 'manifest', 'load.ts');
  // In a build there is no such folder.
  return here.endsWith(path.sep + below) && directory === here.slice(0, -below.length - 1);
}
