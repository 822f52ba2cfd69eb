import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Manifest } from '../contract/manifest.ts';
import { readCacheFile, writeCacheFile } from './file.ts';
import { fileNameOf } from './file-name.ts';

/**
 * The first line of a cache file: the manifest's path, what was made of it, and the path and size of each file that it was made
 * of. The texts of these files come next, and then what was made.
 */
type Header = { file: string; what: string; sources: [file: string, bytes: number][] };

/** The files that a manifest was made of, with their texts. */
export type Sources = readonly (readonly [file: string, text: Buffer])[];

/** A manifest, and its sources when it may be kept. */
type Loaded = { manifest: Manifest; sources?: Sources };

const PARSED = 'parsed';

/**
 * Returns the manifest of a file from the cache in `folder` when none of its source files has changed. Otherwise loads
 * it with `load` and caches it. Parsing and checking sixty tools takes longer than the rest of a call. Throws as
 * `load`.
 */
export async function loadThroughCache(
  folder: string,
  file: string,
  load: (read?: (file: string) => Promise<string>) => Promise<Manifest>,
): Promise<Loaded> {
  if (!mayBeKept(file)) return { manifest: await load() };
  const kept = read(folder, file, PARSED, (text) => JSON.parse(text) as Manifest);
  if (kept) return { manifest: kept.made, sources: kept.sources };
  const { readFile } = await import('node:fs/promises');
  const texts = new Map<string, Buffer>();
  // `load` reads with this function, so the cached texts are exactly those that it parsed.
  const manifest = await load(async (name) => {
    const text = await readFile(name, 'utf8');
    texts.set(name, Buffer.from(text));
    return text;
  });
  const sources = [...texts];
  writeRendering(folder, { file, what: PARSED, sources, made: JSON.stringify(manifest) });
  return { manifest, sources };
}

/** Returns the text that was made of a manifest, and kept under the name `what`, unless a source file has changed. */
export function readRendering(folder: string, file: string, what: string): string | undefined {
  return mayBeKept(file) ? read(folder, file, what, (text) => text)?.made : undefined;
}

/** Returns false for a pipe, such as `-c <(…)`, which can be read only once. */
function mayBeKept(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false })?.isFile() === true;
}

/** Reads what was made of a manifest. A file that is complete but not valid counts as absent. */
function read<T>(
  folder: string,
  file: string,
  what: string,
  parse: (made: string) => T,
): { made: T; sources: Sources } | undefined {
  try {
    const content = readCacheFile(pathOf(folder, file, what));
    if (!content) return undefined;
    const end = content.indexOf('\n');
    const header = JSON.parse(content.toString('utf8', 0, end)) as Header;
    if (header.file !== file || header.what !== what) return undefined;
    let offset = end + 1;
    const sources = header.sources.map(([source, bytes]): [string, Buffer] => {
      const text = content.subarray(offset, offset + bytes);
      offset += bytes;
      return [source, text];
    });
    if (!sources.every(([source, text]) => readFileSync(source).equals(text))) return undefined;
    return { made: parse(content.toString('utf8', offset)), sources };
  } catch {
    return undefined;
  }
}

/** Keeps a text that was made of the manifest of a file, and of nothing else, under the name `what`. */
export function writeRendering(
  folder: string,
  { file, what, sources, made }: { file: string; what: string; sources: Sources; made: string },
): void {
  const header: Header = { file, what, sources: sources.map(([name, { length }]) => [name, length]) };
  const parts = [
    Buffer.from(`${JSON.stringify(header)}\n`),
    ...sources.map(([, text]) => text),
    Buffer.from(made),
  ];
  writeCacheFile(pathOf(folder, file, what), Buffer.concat(parts));
}

function pathOf(folder: string, file: string, what: string): string {
  return join(folder, 'manifests', fileNameOf(`${what}\n${file}`));
}
