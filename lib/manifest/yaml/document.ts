import type { Alias, Node as YamlNode, Pair, YAMLError, YAMLMap, YAMLSeq } from 'yaml';
import { error, spend, warn, type Findings } from './problems.ts';
import type { Entry, Mapping, Node, Scalar } from './node.ts';
import { bracesSlip, explainSlip, looksLikePlaceholder } from './syntax-errors.ts';
import { position, type Place, type Source } from './source.ts';

type Yaml = typeof import('yaml');

type Building = {
  readonly yaml: Yaml;
  readonly source: Source;
  readonly findings: Findings;
  /** Finished anchors; one that is still being built is null. */
  readonly anchors: Map<string, Node | null>;
};

/**
 * Parses one YAML text into nodes that know their places. Undefined when it is empty, or so broken that what it
 * says is anybody's guess; then the findings say why.
 */
export async function parseDocument(source: Source, findings: Findings): Promise<Node | undefined> {
  // No text has more values than letters; each is visited when it is built and when it is read.
  findings.budget += 3 * source.text.length;
  const yaml = await import('yaml');
  let document;
  try {
    document = yaml.parseDocument(source.text, {
      prettyErrors: false,
      // Checked below, where it takes linear time and can say where the first one is.
      uniqueKeys: false,
      merge: true,
      // `silent` would also keep back that there is a second document.
      logLevel: 'error',
    });
  } catch (thrown) {
    if (!(thrown instanceof RangeError)) throw thrown;
    error(findings, { source, offset: 0 }, 'This is nested too deeply to be read');
    return;
  }
  reportSyntax(
    document.errors.map((problem) => withStart(problem, document.contents, yaml)),
    source,
    findings,
  );
  for (const { code, message, pos } of document.warnings) {
    warn(
      findings,
      { source, offset: pos[0] },
      code === 'TAG_RESOLVE_FAILED' ? 'A tag (!name) means nothing here and has no effect' : message,
      'Text that begins with ! must be quoted.',
    );
  }
  const building: Building = { yaml, source, findings, anchors: new Map() };
  if (document.errors.length > 0) {
    if (document.contents) findPlaceholderSlips(document.contents, building);
    return undefined;
  }
  if (!document.contents) return undefined;
  try {
    return build(document.contents, building, 0);
  } catch (thrown) {
    if (!(thrown instanceof RangeError)) throw thrown;
    error(findings, { source, offset: 0 }, 'This is nested too deeply to be read');
    return;
  }
}

/** One line is reported once, and not what the parser can make no sense of any more: both are a slip's consequences. */
function reportSyntax(errors: readonly Stumble[], source: Source, findings: Findings): void {
  const lines = new Set<number>();
  for (const problem of errors) {
    if (lines.size > 0 && problem.message.includes('token in YAML stream')) continue;
    const { offset, message, hint } = explainSlip(problem, source.text);
    const at = { source, offset: Math.min(offset, source.text.length) };
    const { line } = position(at);
    if (lines.has(line)) continue;
    lines.add(line);
    error(findings, at, message, hint);
  }
}

type Stumble = Pick<YAMLError, 'code' | 'message' | 'pos'>;

/** A quote that is never closed is found missing at the end of the text; what a person looks for is where it opens. */
function withStart({ code, message, pos }: Stumble, contents: YamlNode | null, yaml: Yaml): Stumble {
  let start = pos[0];
  if (contents && message.startsWith('Missing closing')) {
    yaml.visit(contents, {
      Scalar(_, { type, range }) {
        if (type?.startsWith('QUOTE') && range && range[1] >= pos[0]) start = range[0];
      },
    });
  }
  return { code, message, pos: [start, start + 1] };
}

function build(node: YamlNode | null, building: Building, offset: number): Node {
  const { yaml, source, findings } = building;
  if (node === null) return { kind: 'scalar', value: null, text: '', at: { source, offset } };
  const at = { source, offset: node.range?.[0] ?? offset };
  spend(findings, at);
  if (yaml.isAlias(node)) return resolve(node, at, building);
  const anchor = 'anchor' in node && typeof node.anchor === 'string' ? node.anchor : undefined;
  if (anchor !== undefined) building.anchors.set(anchor, null);
  const built: Node = isPlaceholder(node, source, yaml)
    ? reportPlaceholder(at, findings)
    : yaml.isMap(node)
      ? buildMap(node, at, building)
      : yaml.isSeq(node)
        ? buildList(node, at, building)
        : buildScalar(node, at, building);
  if (anchor !== undefined) building.anchors.set(anchor, built);
  return built;
}

function resolve(alias: Alias, at: Place, { anchors, findings }: Building): Node {
  const node = anchors.get(alias.source);
  if (node) return node;
  error(
    findings,
    at,
    node === null
      ? `*${alias.source} stands inside of what it names`
      : `*${alias.source} names no anchor (&${alias.source}) above it`,
    node === null ? undefined : 'Text that begins with * must be quoted.',
  );
  return { kind: 'scalar', value: null, text: '', at };
}

function buildScalar(node: YamlNode, at: Place, { yaml, source }: Building): Node {
  const value: unknown = yaml.isScalar(node) ? node.value : undefined;
  const written = yaml.isScalar(node) && typeof node.source === 'string' ? node.source : String(value);
  switch (typeof value) {
    case 'string':
      return { kind: 'scalar', value, text: value, at };
    case 'number':
    case 'boolean':
      return { kind: 'scalar', value, text: written, at };
    case 'bigint':
      return { kind: 'scalar', value: Number(value), text: written, at };
    default:
      if (value === null || value === undefined) return { kind: 'scalar', value: null, text: '', at };
      // What a tag such as !!binary made of it: its text is what the author wrote.
      return { kind: 'scalar', value: written, text: written, at: { source, offset: at.offset } };
  }
}

function buildList(node: YAMLSeq, at: Place, building: Building): Node {
  return {
    kind: 'list',
    items: node.items.map((item) => build(isNode(item, building) ? item : null, building, at.offset)),
    at,
  };
}

function buildMap(node: YAMLMap, at: Place, building: Building): Mapping {
  const { findings } = building;
  const own = new Map<string, Entry>();
  const merged: Entry[] = [];
  for (const pair of node.items) {
    const key = keyOf(pair, at, building);
    if (!key) continue;
    const value = build(isNode(pair.value, building) ? pair.value : null, building, key.at.offset);
    if (key.merge) {
      merged.push(...mergedEntries(value, key.at, findings));
      continue;
    }
    const first = own.get(key.name);
    if (first) {
      const { line } = position(first.keyAt);
      error(
        findings,
        key.at,
        `The key ${JSON.stringify(key.name)} stands here twice; the first is on line ${line}`,
      );
      continue;
    }
    own.set(key.name, { key: key.name, keyAt: key.at, value });
  }
  // A map's own keys win over merged ones, and of those the first wins.
  for (const entry of merged) if (!own.has(entry.key)) own.set(entry.key, entry);
  return { kind: 'map', entries: [...own.values()], at };
}

type Key = { name: string; at: Place; merge: boolean };

function keyOf(pair: Pair, mapAt: Place, building: Building): Key | undefined {
  const { yaml, source, findings } = building;
  const { key } = pair;
  if (yaml.isAlias(key)) {
    const at = { source, offset: key.range?.[0] ?? mapAt.offset };
    const node = resolve(key, at, building);
    if (node.kind === 'scalar') return { name: node.text, at, merge: false };
    error(findings, at, 'A key must be a text, not a list or a map');
    return;
  }
  if (yaml.isCollection(key)) {
    const offset = key.range?.[0] ?? mapAt.offset;
    error(findings, { source, offset }, 'A key must be a text, not a list or a map');
    return;
  }
  if (!yaml.isScalar(key)) return { name: '', at: mapAt, merge: false };
  const at = { source, offset: key.range?.[0] ?? mapAt.offset };
  if (key.anchor) building.anchors.set(key.anchor, buildScalar(key, at, building));
  const written = typeof key.source === 'string' ? key.source : '';
  const merge = written === '<<' && key.type === 'PLAIN';
  return { name: typeof key.value === 'string' ? key.value : written, at, merge };
}

function mergedEntries(value: Node, at: Place, findings: Findings): readonly Entry[] {
  const maps = value.kind === 'list' ? value.items : [value];
  return maps.flatMap((map) => {
    if (map.kind !== 'map') {
      error(findings, at, '<< merges a map, or a list of maps', 'Give it an alias: <<: *name');
      return [];
    }
    for (let left = map.entries.length; left > 0; left--) spend(findings, at);
    return map.entries;
  });
}

/** In a text that YAML could not read, a bare `{{x}}` is often the reason; its line was not always the one blamed. */
function findPlaceholderSlips(contents: YamlNode, { yaml, source, findings }: Building): void {
  const blamed = new Set(findings.problems.map(({ line }) => line));
  yaml.visit(contents, {
    Map(_, node) {
      const offset = node.range?.[0];
      if (offset === undefined || !looksLikePlaceholder(source.text, offset)) return undefined;
      const at = { source, offset };
      if (!blamed.has(position(at).line)) reportPlaceholder(at, findings);
      return yaml.visit.SKIP;
    },
  });
}

function isPlaceholder(node: YamlNode, { text }: Source, yaml: Yaml): boolean {
  if (!yaml.isMap(node) || !node.range) return false;
  return looksLikePlaceholder(text, node.range[0]) && yaml.isCollection(node.items[0]?.key);
}

/** Reports a bare `{{x}}` and gives it as the text that it was meant to be. */
function reportPlaceholder(at: Place, findings: Findings): Scalar {
  const { message, hint } = bracesSlip(at.source.text, at.offset);
  error(findings, at, message, hint);
  return { kind: 'scalar', value: '{{…}}', text: '{{…}}', at };
}

function isNode(value: unknown, { yaml }: Building): value is YamlNode {
  return yaml.isNode(value);
}
