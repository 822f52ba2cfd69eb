import { checkManifest as check, loadManifest as load, type Location, type Read } from '../manifest/load.ts';
import type { JsonSchema, Manifest, ProblemInText, Prompt, Tool } from '../contract/manifest.ts';
import type { Checked, ParseOptions } from '../manifest/parse/parse.ts';
import type { Review } from '../manifest/parse/review.ts';
import { ACTION_KINDS, hasAction, kindOf } from './kinds.ts';

// The functions of lib/manifest, called with the action kinds, the guards and the templates of this program.

const KINDS = {
  actions: ACTION_KINDS,
  guards: async () => (await import('./guards/guards.ts')).GUARDS,
  reviewPrompt: async (prompt: Prompt) => (await import('./prompt.ts')).reviewPrompt(prompt),
} as const;

/** Loads a manifest and the manifests that it includes. Throws MANIFEST_NOT_FOUND, and MANIFEST_INVALID with all problems. */
export async function loadManifest(location: Location, read?: Read): Promise<Manifest> {
  return await load(location, { ...KINDS, read });
}

/** Loads a manifest and returns its problems. Throws MANIFEST_NOT_FOUND. */
export async function checkManifest(location: Location, options: { review?: Review } = {}): Promise<Checked> {
  return await check(location, { ...KINDS, ...options });
}

/** Parses the text of a gantz.yaml. Throws MANIFEST_INVALID with all problems. */
export async function parseManifest(
  text: string,
  options: Omit<ParseOptions, keyof typeof KINDS>,
): Promise<Manifest> {
  const { parseManifest: parse } = await import('../manifest/parse/parse.ts');
  return await parse(text, { ...KINDS, ...options });
}

/** Parses the text of a gantz.yaml and returns its problems. */
export async function checkManifestText(
  text: string,
  options: Omit<ParseOptions, keyof typeof KINDS>,
): Promise<Checked> {
  const { checkManifestText: parse } = await import('../manifest/parse/parse.ts');
  return await parse(text, { ...KINDS, ...options });
}

/** Returns the problems of a tool's action. It does not run the action. */
export async function reviewAction(tool: Tool): Promise<readonly ProblemInText[]> {
  return hasAction(tool) ? ((await kindOf(tool)?.review?.(tool)) ?? []) : [];
}

/** Returns the JSON Schema of gantz.yaml, for editors. */
export async function renderSchema(): Promise<JsonSchema> {
  return await (await import('../manifest/schema.ts')).renderSchema(KINDS);
}

/** Returns the JSON Schema of gantz.yaml as the text of a file. */
export async function renderSchemaFile(): Promise<string> {
  return `${JSON.stringify(await renderSchema(), null, 2)}\n`;
}
