import { createHash } from 'node:crypto';
import type { Manifest } from '../lib/contract/manifest.ts';
import { SCHEMA_FILE } from '../lib/manifest/schema.ts';
import { renderMarkdown } from '../lib/reference/markdown.ts';
import { renderTypes } from '../lib/reference/types.ts';
import { renderSchemaFile } from '../lib/run/manifests.ts';
import { resolveIncludes } from './lua-includes.ts';

/** The sources of the generated files. */
export type Inputs = {
  /** The text of gantz.yaml, and the parsed manifest. */
  manifestText: string;
  manifest: Manifest;
  /** The scripts of tools/lua: name without `.lua` → source. */
  scripts: ReadonlyMap<string, string>;
  /** The files of tools/lua/includes: name without `.lua` → text. */
  includes: ReadonlyMap<string, string>;
  /** The files that are embedded in the program as text. */
  texts: {
    /** Shell → the file of lib/cli/completion. */
    completionScripts: Readonly<Record<string, string>>;
    /** Name of a folder in lib/cli/templates → path of a file in it → text. */
    templates: Readonly<Record<string, Readonly<Record<string, string>>>>;
    /** The text of lib/run/handler/python_runner.py. */
    pythonRunner: string;
    /** The text of console/icon.svg. */
    icon: string;
  };
  /** The version in package.json. */
  version: string;
};

const NOTICE = noticeOf('gantz.yaml and tools/lua');

/** Renders all generated files: path from the root → content. The same inputs give the same bytes. */
export async function renderGeneratedFiles({
  manifestText,
  manifest,
  scripts,
  includes,
  texts,
  version,
}: Inputs): Promise<Map<string, string>> {
  const bundled = asBundled(manifest);
  return new Map([
    ['lib/generated/tools.ts', `${NOTICE}\n${renderTypes(bundled.tools, 'BundledTools')}`],
    ['lib/generated/scripts.ts', renderScripts(scripts, includes)],
    ['lib/generated/manifest.ts', renderManifest(bundled)],
    ['lib/generated/manifest-text.ts', renderManifestText(manifestText)],
    [
      'lib/generated/completion-scripts.ts',
      renderConstant('lib/cli/completion', 'COMPLETION_SCRIPTS', texts.completionScripts),
    ],
    ['lib/generated/templates.ts', renderConstant('lib/cli/templates', 'TEMPLATE_FILES', texts.templates)],
    [
      'lib/generated/python-runner.ts',
      renderConstant('lib/run/handler/python_runner.py', 'PYTHON_RUNNER', texts.pythonRunner),
    ],
    ['lib/generated/icon.ts', renderConstant('console/icon.svg', 'ICON_SVG', texts.icon)],
    ['lib/generated/version.ts', renderVersion(version)],
    ['docs/tools.md', renderMarkdown(bundled, bundled.tools)],
    [SCHEMA_FILE, await renderSchemaFile()],
  ]);
}

function noticeOf(source: string): string {
  return `// Written by \`npm run generate\` from ${source}; changes here are lost.\n`;
}

/** Renders a module that exports one constant: a text, or texts by their names. */
function renderConstant(source: string, name: string, value: unknown): string {
  return `${noticeOf(source)}\nexport const ${name} = ${JSON.stringify(value, null, 2)};\n`;
}

/** Returns the manifest as it is built into the program, without paths of this checkout. */
function asBundled(manifest: Manifest): Manifest {
  if (manifest.warnings.length > 0) throw new Error(`gantz.yaml: ${manifest.warnings[0]?.message ?? ''}`);
  const tools = manifest.tools.map((tool) => {
    if (tool.action?.kind !== 'bundled') throw new Error(`${tool.name} has no handler`);
    return { ...tool, directory: '' };
  });
  return { ...manifest, file: 'builtin:redis', directory: '', sources: [], tools };
}

function renderManifest({ tools, ...others }: Manifest): string {
  const rows = tools.map(
    (tool) => `    ${tool.name}: () => (${JSON.stringify(tool, null, 2).replaceAll('\n', '\n    ')}),`,
  );
  return `${NOTICE}
import type { Manifest, Tool } from '../contract/manifest.ts';

/** gantz.yaml, loaded, without its tools: the manifest \`builtin:redis\`. */
export const BUNDLED_MANIFEST: Omit<Manifest, 'tools'> = ${JSON.stringify(others, null, 2)};

/** The tools of that manifest by name, each in a function, so that a call makes only its own. */
export const BUNDLED_TOOLS: Readonly<Record<string, () => Tool>> = {
${rows.join('\n')}
};
`;
}

function renderManifestText(text: string): string {
  return `${NOTICE}
/** The text of the manifest \`builtin:redis\`. */
export const BUNDLED_MANIFEST_TEXT = ${JSON.stringify(text)};
`;
}

function renderVersion(version: string): string {
  return `${noticeOf('package.json')}
/** The version of this program. */
export const VERSION = ${JSON.stringify(version)};
`;
}

function renderScripts(scripts: ReadonlyMap<string, string>, includes: ReadonlyMap<string, string>): string {
  const constants = [...scripts]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, written]) => {
      const source = resolveIncludes(name, written, includes);
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
