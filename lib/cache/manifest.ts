import { readFileSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Manifest } from '../contract/manifest.ts';
import { readCacheFile, writeCacheFile } from './file.ts';
import { fileNameOf } from './file-name.ts';

/** The first line of a cache file: the manifest's path, and the path and size of each file that it was made of. */
type Header = { file: string; sources: [file: string, bytes: number][] };

/**
 * Returns the manifest of a file from the cache in `folder` when none of its source files has changed. Otherwise loads
 * it with `load` and caches it. Parsing and checking sixty tools takes longer than the rest of a call. Throws as
 * `load`.
 */
export async function loadThroughCache(
  folder: string,
  file: string,
  load: (read?: (file: string) => Promise<string>) => Promise<Manifest>,
): Promise<Manifest> {
  // A pipe, such as `-c <(…)`, can be read only once.
  if (!statSync(file, { throwIfNoEntry: false })?.isFile()) return await load();
  const path = join(folder, 'manifests', fileNameOf(file));
  const cached = tryToRead(path, file);
  if (cached) return cached;
  const texts = new Map<string, Buffer>();
  // `load` reads with this function, so the cached texts are exactly those that it parsed.
  const manifest = await load(async (name) => {
    const text = await readFile(name, 'utf8');
    texts.set(name, Buffer.from(text));
    return text;
  });
  write(path, file, manifest, texts);
  return manifest;
}

/** Reads a cached manifest. A file that is complete but not valid counts as absent. */
function tryToRead(path: string, file: string): Manifest | undefined {
  try {
    return readCached(path, file);
  } catch {
    return undefined;
  }
}

function readCached(path: string, file: string): Manifest | undefined {
  const content = readCacheFile(path);
  if (!content) return undefined;
  const end = content.indexOf('\n');
  const header = JSON.parse(content.toString('utf8', 0, end)) as Header;
  if (header.file !== file) return undefined;
  let offset = end + 1;
  for (const [source, bytes] of header.sources) {
    if (!hasContent(source, content.subarray(offset, offset + bytes))) return undefined;
    offset += bytes;
  }
  return JSON.parse(content.toString('utf8', offset)) as Manifest;
}

function hasContent(file: string, expected: Uint8Array): boolean {
  try {
    return readFileSync(file).equals(expected);
  } catch {
    return false;
  }
}

/** Writes the header line, the texts of the source files, and the manifest as JSON. */
function write(path: string, file: string, manifest: Manifest, texts: ReadonlyMap<string, Buffer>): void {
  const sources = [...texts];
  const header: Header = { file, sources: sources.map(([name, { length }]) => [name, length]) };
  const parts = [
    Buffer.from(`${JSON.stringify(header)}\n`),
    ...sources.map(([, text]) => text),
    Buffer.from(JSON.stringify(manifest)),
  ];
  writeCacheFile(path, Buffer.concat(parts));
}
