import { foldName } from '../../contract/names.ts';
import { invalidManifest, sortProblems } from '../diagnose.ts';
import { parseDocument } from '../yaml/document.ts';
import { asMap, readFields, type Fields } from './fields.ts';
import { error, Exhausted, noProblems, warn, type Problems } from '../yaml/problems.ts';
import { AUDIT, ROOT, SERVER } from '../keys.ts';
import { loadActionKeys, toolSyntaxOf, type LoadedKey } from './action.ts';
import {
  checkDefaults,
  loadGuardKeys,
  NO_DEFAULTS,
  readGuardDefaults,
  withGuards,
  type GuardDefaults,
  type LoadedGuard,
  type ReadGuard,
} from './guards.ts';
import { readIcons } from './icons.ts';
import { readPrompts, type ReadPrompt, type ReviewPrompt } from './prompts.ts';
import { reviewTool, type Review } from './review.ts';
import type { ActionKeys, GuardKeys, ParsedAction } from '../tool-key.ts';
import type { Manifest, Problem } from '../../contract/manifest.ts';
import { describe, isNull, type Node } from '../yaml/node.ts';
import { position, type Place, type Source } from '../yaml/source.ts';
import { readTools, type ReadTool } from './tool.ts';
import { readCount, readNonEmpty, readSize, readText, readTexts, readVariables } from './values.ts';
import { wildcard } from '../wildcard.ts';

/** The text of a manifest, its file, and `bundled`: true for the bundled manifest. */
export type ManifestText = { file: string; directory: string; text: string; bundled?: boolean };

export type ParseOptions = Omit<ManifestText, 'text'> & {
  /** Reads what an `include` of a file in `directory` names. Throws an Error when it cannot be read. */
  readInclude?: (name: string, directory: string) => Promise<ManifestText | Manifest>;
  /** The action kinds that a tool may have. */
  actions: ActionKeys;
  /** The guards that a tool may have. */
  guards: () => Promise<GuardKeys>;
  /** Finds the problems of the texts of a prompt. */
  reviewPrompt: ReviewPrompt;
  /** Looks for more problems of each tool, for `gantz validate`. */
  review?: Review;
};

/** A manifest with all its problems; there is no manifest when one of them is an error. */
export type Checked = { manifest: Manifest | undefined; problems: Problem[] };

/** Parses the text of a gantz.yaml. Throws MANIFEST_INVALID with every problem. */
export async function parseManifest(text: string, options: ParseOptions): Promise<Manifest> {
  const { manifest, problems } = await checkManifestText(text, options);
  if (manifest) return manifest;
  throw invalidManifest(problems);
}

/** Parses the text of a gantz.yaml and returns every problem, errors and warnings, in the order of their places. */
export async function checkManifestText(
  text: string,
  {
    readInclude = refuseInclude,
    actions: table,
    guards: loadGuards,
    reviewPrompt,
    review,
    ...origin
  }: ParseOptions,
): Promise<Checked> {
  const problems = noProblems();
  const actions = await loadActionKeys(table);
  const guards = await loadGuardKeys(await loadGuards());
  const gathered: Gathered = {
    actions,
    guards,
    defaults: [],
    tools: new Map(),
    prompts: new Map(),
    env: new Map(),
    toolsets: new Map(),
    sources: [],
    readInclude,
    reviewPrompt,
  };
  let manifest: Manifest | undefined;
  try {
    const root = await readFile(problems, { text, ...origin }, gathered, [], NO_DEFAULTS);
    checkToolsets(problems, gathered);
    checkDefaults(
      problems,
      gathered.defaults,
      [...gathered.tools.values()].map(({ tool }) => tool),
    );
    checkLookalikes(problems, gathered);
    if (review)
      for (const { tool, node } of gathered.tools.values())
        if (node) await reviewTool(problems, review, { tool, node, actions });
    if (problems.later.length > 0) await (await import('./late-checks.ts')).runLateChecks(problems);
    if (root) manifest = assemble(root, origin, gathered);
  } catch (thrown) {
    if (!(thrown instanceof Exhausted)) throw thrown;
    problems.list.push(thrown.problem);
  }
  const sorted = sortProblems(problems.list);
  if (!manifest || sorted.some(({ severity }) => severity === 'error'))
    return { manifest: undefined, problems: sorted };
  manifest.warnings = sorted;
  return { manifest, problems: sorted };
}

/** The contents of all files of a manifest. */
type Gathered = {
  readonly actions: readonly LoadedKey<ParsedAction>[];
  readonly guards: readonly LoadedGuard[];
  /** The guards of `guards` of all files. */
  readonly defaults: ReadGuard[];
  readonly tools: Map<string, ReadTool>;
  readonly prompts: Map<string, ReadPrompt>;
  readonly env: Map<string, string | null>;
  readonly toolsets: Map<string, { patterns: readonly { text: string; at: Place }[]; at: Place }>;
  readonly sources: string[];
  readonly readInclude: NonNullable<ParseOptions['readInclude']>;
  readonly reviewPrompt: ReviewPrompt;
};

type Root = Pick<
  Manifest,
  'name' | 'title' | 'description' | 'version' | 'icons' | 'instructions' | 'server' | 'audit' | 'guards'
>;

/** Reads one file and what it includes. `above` are the files that include it, and `outer` is what it gets from them. */
async function readFile(
  problems: Problems,
  { file, directory, text, bundled = false }: ManifestText,
  gathered: Gathered,
  above: readonly string[],
  outer: GuardDefaults,
): Promise<Root | undefined> {
  gathered.sources.push(file);
  const source: Source = { file, text: text.replace(/^\ufeff/, '') };
  const before = problems.list.length;
  const node = await parseDocument(source, problems);
  const start = { source, offset: 0 };
  if (!node || isNull(node)) {
    if (problems.list.length > before) return undefined;
    error(
      problems,
      start,
      'The manifest is empty',
      'Begin it with `tools:`; `gantz init` writes an example.',
    );
    return;
  }
  const map = asMap(
    problems,
    node,
    'A manifest',
    node.kind === 'list' ? 'Put the list under `tools:`.' : 'Begin it with `tools:`.',
  );
  if (!map) return undefined;
  const fields = readFields(problems, map, ROOT, 'gantz.yaml');
  const rootFields = readRoot(problems, fields);
  if (fields.audit && above.length > 0)
    warn(
      problems,
      fields.audit.at,
      '`audit` of an included file has no effect',
      'Write it into the manifest that includes this file.',
    );
  const scope = fields.name ? rootFields.name : outer.scope;
  const defaults = readGuardDefaults(problems, fields.guards, gathered.guards, { ...outer, scope });
  const own = defaults.guards.filter((read) => !outer.guards.includes(read));
  gathered.defaults.push(...own);
  if (fields.include)
    await readIncludes(problems, fields.include, directory, gathered, [...above, file], defaults);
  const env = readVariables(problems, fields.env, '`env`');
  for (const [name, value] of Object.entries(env)) {
    // Deletes it first, so that it comes after the variables that it may refer to.
    gathered.env.delete(name);
    gathered.env.set(name, value);
  }
  if (fields.tools) {
    const origin = {
      directory,
      bundled,
      syntax: toolSyntaxOf(gathered.actions, gathered.guards, bundled),
      guards: defaults,
    };
    for (const read of readTools(problems, fields.tools, origin))
      add(problems, 'tools', gathered.tools, read.tool.name, read);
  }
  if (fields.prompts) {
    for (const read of await readPrompts(problems, fields.prompts, gathered.reviewPrompt))
      add(problems, 'prompts', gathered.prompts, read.prompt.name, read);
  }
  if (!fields.tools && !fields.include) warn(problems, start, 'This manifest has no `tools`');
  readToolsets(problems, fields.toolsets, gathered);
  const guards = Object.fromEntries(own.map(({ guard, setting }) => [guard.key, setting]));
  return own.length > 0 ? { ...rootFields, guards } : rootFields;
}

function readRoot(problems: Problems, fields: Fields<typeof ROOT>): Root {
  const text = (key: 'name' | 'title' | 'description' | 'version' | 'instructions'): string | undefined =>
    fields[key] && readText(problems, fields[key], `\`${key}\``);
  const [name, title, description] = [text('name'), text('title'), text('description')];
  const [version, instructions] = [text('version'), text('instructions')];
  const server = fields.server && readServer(problems, fields.server);
  const audit = fields.audit && readAudit(problems, fields.audit);
  return {
    name: name || 'gantz',
    ...(title !== undefined && { title }),
    ...(description !== undefined && { description: description.trim() }),
    ...(version !== undefined && { version }),
    ...(fields.icons && { icons: readIcons(problems, fields.icons) }),
    ...(instructions !== undefined && { instructions: instructions.trim() }),
    ...(server && { server }),
    ...(audit && { audit }),
  };
}

function readServer(problems: Problems, node: Node): Manifest['server'] {
  const map = asMap(problems, node, '`server`', 'Write server: { port: 3000 }');
  if (!map) return undefined;
  const fields = readFields(problems, map, SERVER, 'server');
  const host = fields.host && readText(problems, fields.host, '`host`');
  const port = fields.port && readCount(problems, fields.port, '`port`');
  if (fields.port && port !== undefined && port > 65535)
    error(problems, fields.port.at, '`port` must be at most 65535');
  return { ...(host !== undefined && { host }), ...(port !== undefined && { port }) };
}

function readAudit(problems: Problems, node: Node): Manifest['audit'] {
  const map = asMap(problems, node, '`audit`', 'Write audit: { file: audit.ndjson }');
  if (!map) return undefined;
  const fields = readFields(problems, map, AUDIT, 'audit');
  const maxBytes = fields.max_size && readSize(problems, fields.max_size, '`max_size`');
  if (!fields.file) {
    error(problems, map.at, '`audit` has no `file`', 'Write audit: { file: audit.ndjson }');
    return;
  }
  const file = readNonEmpty(problems, fields.file, '`file` of `audit`');
  return file === undefined ? undefined : { file, ...(maxBytes !== undefined && { maxBytes }) };
}

async function readIncludes(
  problems: Problems,
  node: Node,
  directory: string,
  gathered: Gathered,
  above: readonly string[],
  defaults: GuardDefaults,
): Promise<void> {
  if (node.kind === 'map') {
    error(problems, node.at, `\`include\` must be a list of files, not ${describe(node)}`);
    return;
  }
  for (const item of node.kind === 'list' ? node.items : [node]) {
    const name = readText(problems, item, 'Each item of `include`');
    if (!name) continue;
    let found;
    try {
      found = await gathered.readInclude(name, directory);
    } catch (thrown) {
      error(
        problems,
        item.at,
        `Cannot include ${name}: ${thrown instanceof Error ? thrown.message : String(thrown)}`,
        'Paths are relative to the folder of this file; `builtin:redis` is the manifest of the Redis tools.',
      );
      continue;
    }
    if (above.includes(found.file)) {
      error(
        problems,
        item.at,
        `${name} includes itself${above.at(-1) === found.file ? '' : ' through other files'}`,
      );
    } else if (gathered.sources.includes(found.file)) {
      error(problems, item.at, `${name} is already included`);
    } else if ('text' in found) {
      await readFile(problems, found, gathered, above, defaults);
    } else {
      addManifest(problems, found, item.at, gathered, defaults);
    }
  }
}

/** Adds an included manifest that was loaded already. */
function addManifest(
  problems: Problems,
  { file, env, tools, prompts = [] }: Manifest,
  at: Place,
  gathered: Gathered,
  defaults: GuardDefaults,
): void {
  gathered.sources.push(file);
  for (const [name, value] of Object.entries(env)) if (!gathered.env.has(name)) gathered.env.set(name, value);
  for (const tool of tools) {
    const read = { tool: withGuards(problems, tool, [], defaults), at, node: undefined };
    add(problems, 'tools', gathered.tools, tool.name, read);
  }
  for (const prompt of prompts) add(problems, 'prompts', gathered.prompts, prompt.name, { prompt, at });
}

/** Adds a tool or a prompt, or reports that there are two of its name. */
function add<Read extends { at: Place }>(
  problems: Problems,
  what: 'tools' | 'prompts',
  all: Map<string, Read>,
  name: string,
  read: Read,
): void {
  const first = all.get(name);
  if (!first) {
    all.set(name, read);
    return;
  }
  const { at } = read;
  const where =
    first.at.source === at.source
      ? `on line ${position(first.at).line}`
      : `in ${first.at.source.file}:${position(first.at).line}`;
  error(problems, at, `There are two ${what} named ${JSON.stringify(name)}; the first is ${where}`);
}

function readToolsets(problems: Problems, node: Node | undefined, { toolsets }: Gathered): void {
  if (!node) return;
  const map = asMap(problems, node, '`toolsets`', 'Write toolsets: { name: [tool, "cache_*"] }');
  for (const { key, keyAt, value } of map?.entries ?? []) {
    if (value.kind === 'map') {
      error(problems, value.at, `The toolset ${JSON.stringify(key)} must be a list of tool names, not a map`);
      continue;
    }
    if (toolsets.has(key)) {
      error(problems, keyAt, `There are two toolsets named ${JSON.stringify(key)}`);
      continue;
    }
    const items = value.kind === 'list' ? value.items : isNull(value) ? [] : [value];
    const patterns = items.flatMap((item) => {
      const text = readTexts(problems, item, `The toolset ${JSON.stringify(key)}`);
      return text.map((one) => ({ text: one, at: item.at }));
    });
    toolsets.set(key, { patterns, at: keyAt });
  }
}

function checkToolsets(problems: Problems, { toolsets, tools }: Gathered): void {
  for (const [name, { patterns, at }] of toolsets) {
    if (patterns.length === 0) warn(problems, at, `The toolset ${JSON.stringify(name)} is empty`);
    for (const { text, at: patternAt } of patterns) {
      const matches = wildcard(text);
      if (!tools.has(text) && ![...tools.keys()].some(matches)) {
        warn(
          problems,
          patternAt,
          `${JSON.stringify(text)} in the toolset ${JSON.stringify(name)} matches no tool`,
        );
      }
    }
  }
}

/** Reports tools whose names differ only in case or in `-` and `_`: `gantz get user` can mean either of them. */
function checkLookalikes(problems: Problems, { tools }: Gathered): void {
  const folded = new Map<string, string>();
  for (const [name, { at }] of tools) {
    const word = foldName(name.toLowerCase());
    const other = folded.get(word);
    if (other !== undefined) {
      warn(
        problems,
        at,
        `The names of the tools ${JSON.stringify(other)} and ${JSON.stringify(name)} differ only in case, or in - and _`,
        'On the command line, hyphens are read as underscores, except after `gantz call`.',
      );
    }
    folded.set(word, name);
  }
}

function assemble(
  root: Root,
  { file, directory }: Omit<ManifestText, 'text'>,
  { tools, prompts, env, toolsets, sources }: Gathered,
): Manifest {
  return {
    ...root,
    file,
    directory,
    env: Object.fromEntries(env),
    tools: [...tools.values()].map(({ tool }) => tool),
    ...(prompts.size > 0 && { prompts: [...prompts.values()].map(({ prompt }) => prompt) }),
    toolsets: Object.fromEntries(
      [...toolsets].map(([name, { patterns }]) => [name, patterns.map(({ text }) => text)]),
    ),
    warnings: [],
    sources: sources.filter((name) => !name.startsWith('builtin:')),
  };
}

function refuseInclude(): Promise<never> {
  return Promise.reject(new Error('this manifest cannot include others'));
}
