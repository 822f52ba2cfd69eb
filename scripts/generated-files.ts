import { createHash } from 'node:crypto';
import type { Manifest } from '../lib/manifest/manifest.ts';
import { renderSchemaFile, SCHEMA_FILE } from '../lib/manifest/schema.ts';
import { renderMarkdown } from '../lib/reference/markdown.ts';
import { renderTypes } from '../lib/reference/types.ts';

export type Inputs = {
  /** gantz.yaml as it is written, and what it loads as. */
  manifestText: string;
  manifest: Manifest;
  /** The scripts of tools/lua: name without `.lua` → source. */
  scripts: ReadonlyMap<string, string>;
};

const NOTICE = '// Written by `npm run generate` from gantz.yaml and tools/lua; changes here are lost.\n';

/** Every generated file: its path from the root → its content. The same inputs give the same bytes. */
export function renderGeneratedFiles({ manifestText, manifest, scripts }: Inputs): Map<string, string> {
  const bundled = asBundled(manifest);
  return new Map([
    ['lib/generated/tools.ts', `${NOTICE}\n${renderTypes(bundled.tools, 'BundledTools')}`],
    ['lib/generated/scripts.ts', renderScripts(scripts)],
    ['lib/generated/manifest.ts', renderManifest(bundled)],
    ['lib/generated/manifest-text.ts', renderManifestText(manifestText)],
    ['docs/tools.md', renderMarkdown(bundled, bundled.tools)],
    [SCHEMA_FILE, renderSchemaFile()],
  ]);
}

/** The manifest as the program carries it: at no place of the disk, its handlers the rows of tools/. */
function asBundled(manifest: Manifest): Manifest {
  if (manifest.warnings.length > 0) throw new Error(`gantz.yaml: ${manifest.warnings[0]?.message ?? ''}`);
  const tools = manifest.tools.map((tool) => {
    if (tool.action?.kind !== 'handler') throw new Error(`${tool.name} has no handler`);
    return { ...tool, directory: '', action: { ...tool.action, builtin: true } };
  });
  return { ...manifest, file: 'builtin:redis', directory: '', sources: [], tools };
}

function renderManifest(manifest: Manifest): string {
  return `${NOTICE}
import type { Manifest } from '../manifest/manifest.ts';

/** gantz.yaml, loaded: the manifest \`builtin:redis\`. */
export const BUNDLED_MANIFEST: Manifest = ${JSON.stringify(manifest, null, 2)};
`;
}

function renderManifestText(text: string): string {
  return `${NOTICE}
/** The text of the manifest \`builtin:redis\`. */
export const BUNDLED_MANIFEST_TEXT = ${JSON.stringify(text)};
`;
}

function renderScripts(scripts: ReadonlyMap<string, string>): string {
  const constants = [...scripts]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, source]) => {
      const sha = createHash('sha1').update(source).digest('hex');
      const constant = name.replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
      return `/** tools/lua/${name}.lua */
export const ${constant}: Script = {
  name: ${JSON.stringify(name)},
  sha: ${JSON.stringify(sha)},
  source: ${JSON.stringify(source)},
};
`;
    });
  return `${NOTICE}\nimport type { Script } from '../redis/scripts.ts';\n\n${constants.join('\n')}`;
}
