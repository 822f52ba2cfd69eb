import { readFileSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Manifest } from '../manifest/manifest.ts';
import { readCacheFile, writeCacheFile } from './file.ts';
import { nameOf } from './file-name.ts';

type Header = { file: string; sources: [file: string, bytes: number][] };

/**
 * The manifest of a file: as it was kept in `folder` when every file it was made of still says the same, else as `load` gives
 * it. Parsing and checking sixty tools takes longer than all else that a call does.
 */
export async function throughCache(
  folder: string,
  file: string,
  load: (read?: (file: string) => Promise<string>) => Promise<Manifest>,
): Promise<Manifest> {
  // What is no plain file, such as `-c <(…)`, can be read but once.
  if (!statSync(file, { throwIfNoEntry: false })?.isFile()) return await load();
  const path = join(folder, 'manifests', nameOf(file));
  const kept = tryToRead(path, file);
  if (kept) return kept;
  const texts = new Map<string, Buffer>();
  // Loaded through this, so that what is kept is exactly what was read.
  const manifest = await load(async (name) => {
    const text = await readFile(name, 'utf8');
    texts.set(name, Buffer.from(text));
    return text;
  });
  keep(path, file, manifest, texts);
  return manifest;
}

/** A content that is whole but makes no sense is none. */
function tryToRead(path: string, file: string): Manifest | undefined {
  try {
    return readKept(path, file);
  } catch {
    return undefined;
  }
}

function readKept(path: string, file: string): Manifest | undefined {
  const content = readCacheFile(path);
  if (!content) return undefined;
  const end = content.indexOf('\n');
  const header = JSON.parse(content.toString('utf8', 0, end)) as Header;
  if (header.file !== file) return undefined;
  let offset = end + 1;
  for (const [source, bytes] of header.sources) {
    if (!holds(source, content.subarray(offset, offset + bytes))) return undefined;
    offset += bytes;
  }
  return JSON.parse(content.toString('utf8', offset)) as Manifest;
}

function holds(file: string, expected: Uint8Array): boolean {
  try {
    return readFileSync(file).equals(expected);
  } catch {
    return false;
  }
}

/** One line that says what follows, the sources as they are, and the manifest as JSON. */
function keep(path: string, file: string, manifest: Manifest, texts: ReadonlyMap<string, Buffer>): void {
  const sources = [...texts];
  const header: Header = { file, sources: sources.map(([name, { length }]) => [name, length]) };
  const parts = [
    Buffer.from(`${JSON.stringify(header)}\n`),
    ...sources.map(([, text]) => text),
    Buffer.from(JSON.stringify(manifest)),
  ];
  writeCacheFile(path, Buffer.concat(parts));
}
