import type { Manifest } from '../contract/manifest.ts';

/** The name of the bundled manifest, used in place of a file. */
export const BUILTIN = 'builtin:redis';

/** Returns the manifest of the Redis tools, which is part of the program. */
export async function loadBundled(): Promise<Manifest> {
  return (await import('../generated/manifest.ts')).BUNDLED_MANIFEST;
}

/** Returns true when a text is that of the bundled manifest. */
export async function isBundled(text: string): Promise<boolean> {
  // Loads the text of the bundled manifest only when this cheap test passes.
  if (!text.includes('\nname: redis-tools\n')) return false;
  return text === (await import('../generated/manifest-text.ts')).BUNDLED_MANIFEST_TEXT;
}
