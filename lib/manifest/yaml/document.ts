import type { Alias, Node as YamlNode, Pair, YAMLError, YAMLMap, YAMLSeq } from 'yaml';
import { error, spend, warn, type Problems } from './problems.ts';
import type { Entry, Mapping, Node, Scalar } from './node.ts';
import { bracesProblem, explainSyntaxError, looksLikePlaceholder } from './syntax-errors.ts';
import { position, type Place, type Source } from './source.ts';

type Yaml = typeof import('yaml');

type Building = {
  readonly yaml: Yaml;
  readonly source: Source;
  readonly problems: Problems;
  /** Finished anchors; one that is still being built is null. */
  readonly anchors: Map<string, Node | null>;
};

/**
 * Parses one YAML text into nodes with their places. Returns undefined when the text is empty or has syntax errors; the
 * errors are reported.
 */
export async function parseDocument(source: Source, problems: Problems): Promise<Node | undefined> {
  // A text has at most as many values as characters; each value is visited when it is built and when it is read.
  problems.budget += 3 * source.text.length;
  const yaml = await import('yaml');
  let document;
  try {
    document = yaml.parseDocument(source.text, {
      prettyErrors: false,
      // `buildMap` checks this in linear time and reports the line of the first one.
      uniqueKeys: false,
      merge: true,
      // `silent` would also hide the error about a second document.
      logLevel: 'error',
    });
  } catch (thrown) {
    if (!(thrown instanceof RangeError)) throw thrown;
    error(problems, { source, offset: 0 }, 'This text is nested too deeply');
    return;
  }
  reportSyntax(
    document.errors.map((problem) => withStart(problem, document.contents, yaml)),
    source,
    problems,
  );
  for (const { code, message, pos } of document.warnings) {
    warn(
      problems,
      { source, offset: pos[0] },
      code === 'TAG_RESOLVE_FAILED' ? 'A tag (!name) has no effect in a manifest' : message,
      'Quote a text that begins with !.',
    );
  }
  const building: Building = { yaml, source, problems, anchors: new Map() };
  if (document.errors.length > 0) {
    if (document.contents) reportPlaceholders(document.contents, building);
    return undefined;
  }
  if (!document.contents) return undefined;
  try {
    return build(document.contents, building, 0);
  } catch (thrown) {
    if (!(thrown instanceof RangeError)) throw thrown;
    error(problems, { source, offset: 0 }, 'This text is nested too deeply');
    return;
  }
}

/** Reports one error per line, and no follow-up errors of the parser: they have the same cause as the first. */
function reportSyntax(errors: readonly ParserError[], source: Source, problems: Problems): void {
  const lines = new Set<number>();
  for (const problem of errors) {
    if (lines.size > 0 && problem.message.includes('token in YAML stream')) continue;
    const { offset, message, hint } = explainSyntaxError(problem, source.text);
    const at = { source, offset: Math.min(offset, source.text.length) };
    const { line } = position(at);
    if (lines.has(line)) continue;
    lines.add(line);
    error(problems, at, message, hint);
  }
}

type ParserError = Pick<YAMLError, 'code' | 'message' | 'pos'>;

/** Moves the error about an unclosed quote from the end of the text to the place where the quote opens. */
function withStart({ code, message, pos }: ParserError, contents: YamlNode | null, yaml: Yaml): ParserError {
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
  const { yaml, source, problems } = building;
  if (node === null) return { kind: 'scalar', value: null, text: '', at: { source, offset } };
  const at = { source, offset: node.range?.[0] ?? offset };
  spend(problems, at);
  if (yaml.isAlias(node)) return resolve(node, at, building);
  const anchor = 'anchor' in node && typeof node.anchor === 'string' ? node.anchor : undefined;
  if (anchor !== undefined) building.anchors.set(anchor, null);
  const built: Node = isPlaceholder(node, source, yaml)
    ? reportPlaceholder(at, problems)
    : yaml.isMap(node)
      ? buildMap(node, at, building)
      : yaml.isSeq(node)
        ? buildList(node, at, building)
        : buildScalar(node, at, building);
  if (anchor !== undefined) building.anchors.set(anchor, built);
  return built;
}

function resolve(alias: Alias, at: Place, { anchors, problems }: Building): Node {
  const node = anchors.get(alias.source);
  if (node) return node;
  error(
    problems,
    at,
    node === null
      ? `The alias *${alias.source} is inside the value that it refers to`
      : `The alias *${alias.source} has no anchor &${alias.source} above it`,
    node === null ? undefined : 'Quote a text that begins with *.',
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
      // A tag such as !!binary changes the value; the source text is used instead.
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
  const { problems } = building;
  const own = new Map<string, Entry>();
  const merged: Entry[] = [];
  for (const pair of node.items) {
    const key = keyOf(pair, at, building);
    if (!key) continue;
    const value = build(isNode(pair.value, building) ? pair.value : null, building, key.at.offset);
    if (key.merge) {
      merged.push(...mergedEntries(value, key.at, problems));
      continue;
    }
    const first = own.get(key.name);
    if (first) {
      const { line } = position(first.keyAt);
      error(
        problems,
        key.at,
        `The key ${JSON.stringify(key.name)} occurs twice; the first is on line ${line}`,
      );
      continue;
    }
    own.set(key.name, { key: key.name, keyAt: key.at, value });
  }
  // The keys of the map override merged ones; of equal merged keys the first is used.
  for (const entry of merged) if (!own.has(entry.key)) own.set(entry.key, entry);
  return { kind: 'map', entries: [...own.values()], at };
}

type Key = { name: string; at: Place; merge: boolean };

function keyOf(pair: Pair, mapAt: Place, building: Building): Key | undefined {
  const { yaml, source, problems } = building;
  const { key } = pair;
  if (yaml.isAlias(key)) {
    const at = { source, offset: key.range?.[0] ?? mapAt.offset };
    const node = resolve(key, at, building);
    if (node.kind === 'scalar') return { name: node.text, at, merge: false };
    error(problems, at, 'A key must be a text, not a list or a map');
    return;
  }
  if (yaml.isCollection(key)) {
    const offset = key.range?.[0] ?? mapAt.offset;
    error(problems, { source, offset }, 'A key must be a text, not a list or a map');
    return;
  }
  if (!yaml.isScalar(key)) return { name: '', at: mapAt, merge: false };
  const at = { source, offset: key.range?.[0] ?? mapAt.offset };
  if (key.anchor) building.anchors.set(key.anchor, buildScalar(key, at, building));
  const written = typeof key.source === 'string' ? key.source : '';
  const merge = written === '<<' && key.type === 'PLAIN';
  return { name: typeof key.value === 'string' ? key.value : written, at, merge };
}

function mergedEntries(value: Node, at: Place, problems: Problems): readonly Entry[] {
  const maps = value.kind === 'list' ? value.items : [value];
  return maps.flatMap((map) => {
    if (map.kind !== 'map') {
      error(problems, at, 'The value of << must be a map or a list of maps', 'Write an alias: <<: *name');
      return [];
    }
    for (let left = map.entries.length; left > 0; left--) spend(problems, at);
    return map.entries;
  });
}

/** Reports every bare `{{x}}` on a line without an error: it is often the cause of a syntax error on another line. */
function reportPlaceholders(contents: YamlNode, { yaml, source, problems }: Building): void {
  const reported = new Set(problems.list.map(({ line }) => line));
  yaml.visit(contents, {
    Map(_, node) {
      const offset = node.range?.[0];
      if (offset === undefined || !looksLikePlaceholder(source.text, offset)) return undefined;
      const at = { source, offset };
      if (!reported.has(position(at).line)) reportPlaceholder(at, problems);
      return yaml.visit.SKIP;
    },
  });
}

function isPlaceholder(node: YamlNode, { text }: Source, yaml: Yaml): boolean {
  if (!yaml.isMap(node) || !node.range) return false;
  return looksLikePlaceholder(text, node.range[0]) && yaml.isCollection(node.items[0]?.key);
}

/** Reports a bare `{{x}}` and returns a text node in its place. */
function reportPlaceholder(at: Place, problems: Problems): Scalar {
  const { message, hint } = bracesProblem(at.source.text, at.offset);
  error(problems, at, message, hint);
  return { kind: 'scalar', value: '{{…}}', text: '{{…}}', at };
}

function isNode(value: unknown, { yaml }: Building): value is YamlNode {
  return yaml.isNode(value);
}
