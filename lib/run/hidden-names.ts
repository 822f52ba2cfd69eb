import { join } from 'node:path';
import type { Manifest, Tool } from '../contract/manifest.ts';
import { foldName } from '../contract/names.ts';
import { BUILTIN, bundledNames } from '../manifest/bundled.ts';

/** How many names the notice lists. */
const LISTED = 3;

/** What a manifest is compared with, and where the notice goes. */
export type NoticeOptions = {
  notice: (text: string) => void;
  /** Where it is recorded that the notice was written. Without it, the notice is written each time. */
  cacheFolder: string | undefined;
};

/**
 * Writes a notice when a manifest that no option or variable names has tools with the names of bundled tools. A call of
 * such a name in an unknown folder runs what the folder says. The notice is recorded in the cache folder, and is written
 * again after one of these tools has changed.
 */
export async function noticeHiddenNames(
  manifest: Manifest,
  { notice, cacheFolder }: NoticeOptions,
): Promise<void> {
  const hiding = await toolsThatHide(manifest);
  if (hiding.length === 0) return;
  const text = describe(
    manifest.file,
    hiding.map(({ name }) => name),
  );
  if (cacheFolder === undefined) {
    notice(text);
    return;
  }
  const [{ fileNameOf }, { readCacheFile, writeCacheFile }] = await Promise.all([
    import('../cache/file-name.ts'),
    import('../cache/file.ts'),
  ]);
  const record = Buffer.from(JSON.stringify([manifest.file, hiding]));
  const path = join(cacheFolder, 'hidden-names', fileNameOf(manifest.file));
  if (readCacheFile(path)?.equals(record)) return;
  notice(text);
  writeCacheFile(path, record);
}

/** Returns the tools with the name of a bundled tool. Included bundled tools are not among them. */
async function toolsThatHide({ tools }: Manifest): Promise<Tool[]> {
  const own = tools.filter(({ name, action }) => action?.kind !== 'bundled' && /[_-]/.test(name));
  if (own.length === 0) return [];
  const bundled = new Set(await bundledNames());
  return own.filter(({ name }) => bundled.has(foldName(name)));
}

function describe(file: string, names: readonly string[]): string {
  const more = names.length - LISTED;
  const listed = `${names.slice(0, LISTED).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
  return `${JSON.stringify(file)} replaces bundled tools: ${listed}. To run the bundled ones: gantz -c ${BUILTIN} …`;
}
