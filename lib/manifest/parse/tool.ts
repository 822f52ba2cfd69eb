import { namesAction, readAction } from './action.ts';
import { asMap, readFields, type Fields } from './fields.ts';
import { error, warn, type Findings } from '../yaml/problems.ts';
import { ANNOTATIONS, TOOL } from '../keys.ts';
import type { Action, Annotations, Tool } from '../manifest.ts';
import { describe, isNull, member, type Node } from '../yaml/node.ts';
import { readParameters } from './parameters.ts';
import type { Place } from '../yaml/source.ts';
import { readBoolean, readDuration, readJson, readText } from './values.ts';
import { readVariables } from './variables.ts';

/** A tool, where its name stands, and what it was read from; a tool of an included program has no such text. */
export type ReadTool = { tool: Tool; at: Place; node: Node | undefined };

/** Where a file's tools come from. */
export type Origin = {
  /** The folder of the file, absolute; '' for the bundled one. */
  directory: string;
  /** Whether its handlers are the bundled ones. */
  builtin: boolean;
};

/** The tools of one file, from a list or a map. */
export function readTools(findings: Findings, node: Node, origin: Origin): ReadTool[] {
  if (node.kind === 'map') {
    return node.entries.flatMap(
      ({ key, keyAt, value }) => readTool(findings, value, origin, { text: key, at: keyAt }) ?? [],
    );
  }
  if (node.kind === 'list') return node.items.flatMap((item) => readListed(findings, item, origin) ?? []);
  error(
    findings,
    node.at,
    `\`tools\` must be a list or a map, not ${describe(node)}`,
    'Write - name: … for each tool.',
  );
  return [];
}

function readListed(findings: Findings, item: Node, origin: Origin): ReadTool | undefined {
  // A list of bare names is a sketch; each is a tool that does nothing yet.
  if (item.kind === 'scalar' && item.value !== null)
    return readTool(findings, { kind: 'map', entries: [], at: item.at }, origin, {
      text: item.text,
      at: item.at,
    });
  const map = asMap(findings, item, 'A tool', 'Write - name: … with its keys below.');
  if (!map) return undefined;
  const name = member(map, 'name');
  if (name && !isNull(name)) {
    const text = readText(findings, name, 'The name of a tool');
    return text === undefined ? undefined : readTool(findings, map, origin, { text, at: name.at });
  }
  const [first] = map.entries;
  error(
    findings,
    item.at,
    'A tool has no name',
    first && map.entries.length === 1 && !Object.hasOwn(TOOL, first.key)
      ? `Write - name: ${first.key} with its keys below, or leave the - out.`
      : 'Every tool needs a `name`.',
  );
}

type Name = { text: string; at: Place };

function readTool(
  findings: Findings,
  node: Node,
  { directory, builtin }: Origin,
  name: Name,
): ReadTool | undefined {
  findings.tool = name.text;
  try {
    if (!/^[A-Za-z0-9_.-]{1,128}$/.test(name.text)) {
      error(
        findings,
        name.at,
        `${JSON.stringify(name.text)} cannot name a tool`,
        'Use letters, digits, _ - and . only, at most 128.',
      );
    }
    const map = isNull(node)
      ? { kind: 'map' as const, entries: [], at: name.at }
      : asMap(findings, node, 'A tool');
    if (!map) return undefined;
    const fields = readFields(findings, map, TOOL, 'a tool');
    if (fields.name?.kind === 'scalar' && fields.name.text !== name.text) {
      warn(
        findings,
        fields.name.at,
        `This tool is called ${JSON.stringify(name.text)} already; this \`name\` has no effect`,
      );
    }
    return { tool: assemble(findings, fields, name, directory, builtin), at: name.at, node: map };
  } finally {
    findings.tool = undefined;
  }
}

function assemble(
  findings: Findings,
  fields: Fields<typeof TOOL>,
  name: Name,
  directory: string,
  builtin: boolean,
): Tool {
  const text = (key: 'title' | 'description'): string | undefined =>
    fields[key] && readText(findings, fields[key], `\`${key}\``);
  const title = text('title');
  const read = readAction(findings, fields, builtin);
  if (!namesAction(fields)) {
    warn(
      findings,
      name.at,
      `The tool ${JSON.stringify(name.text)} does nothing yet`,
      'Give it a `script`, an `http` or a `handler`.',
    );
  }
  const ownTimeoutMs = fields.timeout && readDuration(findings, fields.timeout, '`timeout`');
  // The nearer word wins: an action's own limit over its tool's.
  const timeoutMs = read?.timeoutMs ?? ownTimeoutMs;
  const tests = [fields.tests, fields.test].flatMap((node) => (node ? readTests(findings, node) : []));
  return {
    name: name.text,
    ...(title !== undefined && { title }),
    description: (text('description') ?? '').trim(),
    inputSchema: readParameters(findings, fields.parameters, 'parameters'),
    ...(fields.returns && { outputSchema: readParameters(findings, fields.returns, 'returns', builtin) }),
    annotations: {
      ...(fields.annotations && readAnnotations(findings, fields.annotations)),
      // Whoever may call such a tool may do anything, whatever its author says of it.
      ...(read && runsText(read.action) && { readOnlyHint: false, destructiveHint: true }),
    },
    ...(read && { action: read.action }),
    ...(timeoutMs !== undefined && { timeoutMs }),
    environment: readVariables(findings, fields.environment, '`environment`'),
    directory,
    ...(tests.length > 0 && { tests }),
  };
}

/** Whether a script is nothing but one placeholder, so that the caller's text is run. */
function runsText(action: Action): boolean {
  return action.kind === 'script' && 'shell' in action && /^\s*\{\{[^{}]*\}\}\s*$/.test(action.shell);
}

function readAnnotations(findings: Findings, node: Node): Annotations {
  const map = asMap(findings, node, '`annotations`');
  if (!map) return {};
  const { title, ...hints } = readFields(findings, map, ANNOTATIONS, 'annotations');
  const annotations: Annotations = {};
  const text = title && readText(findings, title, '`title`');
  if (text !== undefined) annotations.title = text;
  for (const name of ['readOnlyHint', 'destructiveHint', 'idempotentHint', 'openWorldHint'] as const) {
    const value = hints[name] && readBoolean(findings, hints[name], `\`${name}\``);
    if (value !== undefined) annotations[name] = value;
  }
  return annotations;
}

function readTests(findings: Findings, node: Node): unknown[] {
  const items = node.kind === 'list' ? node.items : [node];
  return items.flatMap((item) => {
    const map = asMap(findings, item, 'A test', 'Write - { input: { … }, expect: { … } }');
    return map ? [readJson(findings, map)] : [];
  });
}
