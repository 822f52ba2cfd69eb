import type { Manifest } from '../contract/manifest.ts';

/** The name of the bundled manifest, used in place of a file. */
export const BUILTIN = 'builtin:redis';

let bundled: Manifest | undefined;

/** Returns the manifest of the Redis tools, which is part of the program. */
export async function loadBundled(): Promise<Manifest> {
  if (bundled) return bundled;
  const { BUNDLED_MANIFEST, BUNDLED_TOOLS } = await import('../generated/manifest.ts');
  return (bundled ??= { ...BUNDLED_MANIFEST, tools: Object.values(BUNDLED_TOOLS).map((make) => make()) });
}

/**
 * Returns the manifest of the Redis tools with only the tool of this name, for one call; undefined when there is none. To make all
 * tools takes 100 page faults of the executable.
 */
export async function loadBundledTool(name: string): Promise<Manifest | undefined> {
  const { BUNDLED_MANIFEST, BUNDLED_TOOLS } = await import('../generated/manifest.ts');
  const make = Object.hasOwn(BUNDLED_TOOLS, name) ? BUNDLED_TOOLS[name] : undefined;
  return make && { ...BUNDLED_MANIFEST, tools: [make()] };
}

/** Returns the names of the Redis tools. */
export async function bundledNames(): Promise<readonly string[]> {
  return Object.keys((await import('../generated/manifest.ts')).BUNDLED_TOOLS);
}

/** Returns true when a text is that of the bundled manifest. */
export async function isBundled(text: string): Promise<boolean> {
  // Loads the text of the bundled manifest only when this cheap test passes.
  if (!text.includes('\nname: redis-tools\n')) return false;
  return text === (await import('../generated/manifest-text.ts')).BUNDLED_MANIFEST_TEXT;
}
