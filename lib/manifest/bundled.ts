import type { Manifest } from './manifest.ts';

/** The name of the bundled manifest, wherever a file may be named. */
export const BUILTIN = 'builtin:redis';

/** The manifest of the Redis tools, as the build carries it. */
export async function loadBundled(): Promise<Manifest> {
  return (await import('../generated/manifest.ts')).BUNDLED_MANIFEST;
}

/** Whether a text is that of the bundled manifest. */
export async function isBundled(text: string): Promise<boolean> {
  // Most are not; it is only loaded when its name is there.
  if (!text.includes('\nname: redis-tools\n')) return false;
  return text === (await import('../generated/manifest-text.ts')).BUNDLED_MANIFEST_TEXT;
}
