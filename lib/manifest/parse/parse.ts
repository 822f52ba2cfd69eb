import { invalidManifest, sortProblems } from '../diagnose.ts';
import { parseDocument } from '../yaml/document.ts';
import { asMap, readFields, type Fields } from './fields.ts';
import { error, Exhausted, noFindings, warn, type Findings } from '../yaml/problems.ts';
import { ROOT, SERVER } from '../keys.ts';
import { runLint, type Lint } from './review.ts';
import type { Manifest, Problem } from '../manifest.ts';
import { describe, isNull, type Node } from '../yaml/node.ts';
import { position, type Place, type Source } from '../yaml/source.ts';
import { readTools, type ReadTool } from './tool.ts';
import { readCount, readText, readTexts } from './values.ts';
import { readVariables } from './variables.ts';
import { wildcard } from '../wildcard.ts';

/** The text of a manifest, where it comes from, and whether its handlers are the bundled ones. */
export type ManifestText = { file: string; directory: string; text: string; builtin?: boolean };

export type ParseOptions = Omit<ManifestText, 'text'> & {
  /** Finds what `include` names from the folder of the file that says so; throws an Error when there is no such file. */
  readInclude?: (name: string, directory: string) => Promise<ManifestText | Manifest>;
  /** Looks closer at every tool, for `gantz validate`. */
  lint?: Lint;
};

/** A manifest with all that is wrong with it; there is none when an error keeps it from being loaded. */
export type Checked = { manifest: Manifest | undefined; problems: Problem[] };

/** Parses the text of a gantz.yaml. Throws MANIFEST_INVALID that names every problem. */
export async function parseManifest(text: string, options: ParseOptions): Promise<Manifest> {
  const { manifest, problems } = await checkManifestText(text, options);
  if (manifest) return manifest;
  throw invalidManifest(problems);
}

/** Parses the text of a gantz.yaml and gives every problem, errors and warnings, in the order of their places. */
export async function checkManifestText(
  text: string,
  { readInclude = refuseInclude, lint, ...origin }: ParseOptions,
): Promise<Checked> {
  const findings = noFindings();
  const gathered: Gathered = {
    tools: new Map(),
    env: new Map(),
    toolsets: new Map(),
    sources: [],
    readInclude,
  };
  let manifest: Manifest | undefined;
  try {
    const root = await readFile(findings, { text, ...origin }, gathered, []);
    checkToolsets(findings, gathered);
    checkLookalikes(findings, gathered);
    if (lint)
      for (const { tool, node } of gathered.tools.values())
        if (node) await runLint(findings, lint, tool, node);
    if (findings.later.length > 0) await (await import('./late-checks.ts')).runLateChecks(findings);
    if (root) manifest = assemble(root, origin, gathered);
  } catch (thrown) {
    if (!(thrown instanceof Exhausted)) throw thrown;
    findings.problems.push(thrown.problem);
  }
  const problems = sortProblems(findings.problems);
  if (!manifest || problems.some(({ severity }) => severity === 'error'))
    return { manifest: undefined, problems };
  manifest.warnings = problems;
  return { manifest, problems };
}

/** What all files together say. */
type Gathered = {
  readonly tools: Map<string, ReadTool>;
  readonly env: Map<string, string | null>;
  readonly toolsets: Map<string, { patterns: readonly { text: string; at: Place }[]; at: Place }>;
  readonly sources: string[];
  readonly readInclude: NonNullable<ParseOptions['readInclude']>;
};

type Root = Pick<Manifest, 'name' | 'description' | 'version' | 'server'>;

/** Reads one file and what it includes; `above` are the files that include it. */
async function readFile(
  findings: Findings,
  { file, directory, text, builtin = false }: ManifestText,
  gathered: Gathered,
  above: readonly string[],
): Promise<Root | undefined> {
  gathered.sources.push(file);
  const source: Source = { file, text: text.replace(/^\ufeff/, '') };
  const before = findings.problems.length;
  const node = await parseDocument(source, findings);
  const start = { source, offset: 0 };
  if (!node || isNull(node)) {
    if (findings.problems.length > before) return undefined;
    error(findings, start, 'The manifest is empty', 'Begin with `tools:`; `gantz init` writes an example.');
    return;
  }
  const map = asMap(
    findings,
    node,
    'A manifest',
    node.kind === 'list' ? 'Put the list under `tools:`.' : 'Begin with `tools:`.',
  );
  if (!map) return undefined;
  const fields = readFields(findings, map, ROOT, 'gantz.yaml');
  if (fields.include) await readIncludes(findings, fields.include, directory, gathered, [...above, file]);
  const env = readVariables(findings, fields.env, '`env`');
  for (const [name, value] of Object.entries(env)) {
    // Set anew, so that it comes after what it may refer to.
    gathered.env.delete(name);
    gathered.env.set(name, value);
  }
  if (fields.tools)
    for (const read of readTools(findings, fields.tools, { directory, builtin }))
      add(findings, read, gathered);
  if (!fields.tools && !fields.include) warn(findings, start, 'This manifest has no `tools`');
  readToolsets(findings, fields.toolsets, gathered);
  return readRoot(findings, fields);
}

function readRoot(findings: Findings, fields: Fields<typeof ROOT>): Root {
  const text = (key: 'name' | 'description' | 'version'): string | undefined =>
    fields[key] && readText(findings, fields[key], `\`${key}\``);
  const [name, description, version] = [text('name'), text('description'), text('version')];
  const server = fields.server && readServer(findings, fields.server);
  return {
    name: name || 'gantz',
    ...(description !== undefined && { description: description.trim() }),
    ...(version !== undefined && { version }),
    ...(server && { server }),
  };
}

function readServer(findings: Findings, node: Node): Manifest['server'] {
  const map = asMap(findings, node, '`server`', 'Write server: { port: 3000 }');
  if (!map) return undefined;
  const fields = readFields(findings, map, SERVER, 'server');
  const host = fields.host && readText(findings, fields.host, '`host`');
  const port = fields.port && readCount(findings, fields.port, '`port`');
  if (fields.port && port !== undefined && port > 65535)
    error(findings, fields.port.at, '`port` must be at most 65535');
  return { ...(host !== undefined && { host }), ...(port !== undefined && { port }) };
}

async function readIncludes(
  findings: Findings,
  node: Node,
  directory: string,
  gathered: Gathered,
  above: readonly string[],
): Promise<void> {
  if (node.kind === 'map') {
    error(findings, node.at, `\`include\` must be a list of files, not ${describe(node)}`);
    return;
  }
  for (const item of node.kind === 'list' ? node.items : [node]) {
    const name = readText(findings, item, 'Each item of `include`');
    if (!name) continue;
    let found;
    try {
      found = await gathered.readInclude(name, directory);
    } catch (thrown) {
      error(
        findings,
        item.at,
        `${name} cannot be included: ${thrown instanceof Error ? thrown.message : String(thrown)}`,
        'A path begins at the folder of this file; `builtin:redis` names the Redis tools.',
      );
      continue;
    }
    if (above.includes(found.file)) {
      error(
        findings,
        item.at,
        `${name} includes itself${above.at(-1) === found.file ? '' : ', by way of other files'}`,
      );
    } else if (gathered.sources.includes(found.file)) {
      error(findings, item.at, `${name} is included already`);
    } else if ('text' in found) {
      await readFile(findings, found, gathered, above);
    } else {
      addManifest(findings, found, item.at, gathered);
    }
  }
}

/** Takes in a manifest that was read already. */
function addManifest(
  findings: Findings,
  { file, env, tools }: Manifest,
  at: Place,
  gathered: Gathered,
): void {
  gathered.sources.push(file);
  for (const [name, value] of Object.entries(env)) if (!gathered.env.has(name)) gathered.env.set(name, value);
  for (const tool of tools) add(findings, { tool, at, node: undefined }, gathered);
}

function add(findings: Findings, read: ReadTool, { tools }: Gathered): void {
  const { tool, at } = read;
  const first = tools.get(tool.name);
  if (!first) {
    tools.set(tool.name, read);
    return;
  }
  const where =
    first.at.source === at.source
      ? `on line ${position(first.at).line}`
      : `in ${first.at.source.file}:${position(first.at).line}`;
  error(findings, at, `There are two tools called ${JSON.stringify(tool.name)}; the first is ${where}`);
}

function readToolsets(findings: Findings, node: Node | undefined, { toolsets }: Gathered): void {
  if (!node) return;
  const map = asMap(findings, node, '`toolsets`', 'Write toolsets: { name: [tool, "cache_*"] }');
  for (const { key, keyAt, value } of map?.entries ?? []) {
    if (value.kind === 'map') {
      error(findings, value.at, `The toolset ${JSON.stringify(key)} must be a list of tool names, not a map`);
      continue;
    }
    if (toolsets.has(key)) {
      error(findings, keyAt, `There are two toolsets called ${JSON.stringify(key)}`);
      continue;
    }
    const items = value.kind === 'list' ? value.items : isNull(value) ? [] : [value];
    const patterns = items.flatMap((item) => {
      const text = readTexts(findings, item, `The toolset ${JSON.stringify(key)}`);
      return text.map((one) => ({ text: one, at: item.at }));
    });
    toolsets.set(key, { patterns, at: keyAt });
  }
}

function checkToolsets(findings: Findings, { toolsets, tools }: Gathered): void {
  for (const [name, { patterns, at }] of toolsets) {
    if (patterns.length === 0) warn(findings, at, `The toolset ${JSON.stringify(name)} is empty`);
    for (const { text, at: patternAt } of patterns) {
      const matches = wildcard(text);
      if (!tools.has(text) && ![...tools.keys()].some(matches)) {
        warn(
          findings,
          patternAt,
          `${JSON.stringify(text)} in the toolset ${JSON.stringify(name)} matches no tool`,
        );
      }
    }
  }
}

/** `gantz get user` may mean `get_user` as well as `get-user`: two tools so much alike are a trap. */
function checkLookalikes(findings: Findings, { tools }: Gathered): void {
  const folded = new Map<string, string>();
  for (const [name, { at }] of tools) {
    const word = name.toLowerCase().replaceAll('-', '_');
    const other = folded.get(word);
    if (other !== undefined) {
      warn(
        findings,
        at,
        `The tools ${JSON.stringify(other)} and ${JSON.stringify(name)} are told apart by little`,
        'Hyphens count as underscores on the command line, except after `gantz call`.',
      );
    }
    folded.set(word, name);
  }
}

function assemble(
  root: Root,
  { file, directory }: Omit<ManifestText, 'text'>,
  { tools, env, toolsets, sources }: Gathered,
): Manifest {
  return {
    ...root,
    file,
    directory,
    env: Object.fromEntries(env),
    tools: [...tools.values()].map(({ tool }) => tool),
    toolsets: Object.fromEntries(
      [...toolsets].map(([name, { patterns }]) => [name, patterns.map(({ text }) => text)]),
    ),
    warnings: [],
    sources: sources.filter((name) => !name.startsWith('builtin:')),
  };
}

function refuseInclude(): Promise<never> {
  return Promise.reject(new Error('nothing can be included here'));
}
