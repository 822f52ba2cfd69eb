import { namesAction, readAction, type ToolSyntax } from './action.ts';
import { asMap, readFields, type Fields } from './fields.ts';
import { readIcons } from './icons.ts';
import { readGuards, withGuards, type GuardDefaults } from './guards.ts';
import { isShort, isToolName, LONGEST_DESCRIPTION } from '../definition.ts';
import { error, warn, type Problems } from '../yaml/problems.ts';
import { ANNOTATIONS, type Keys, type TOOL } from '../keys.ts';
import type { Annotations, Tool } from '../../contract/manifest.ts';
import { describe, isNull, member, type Node } from '../yaml/node.ts';
import { withoutOldSpellings } from './old-spellings.ts';
import { readParameters } from './parameters.ts';
import type { Place } from '../yaml/source.ts';
import { readBoolean, readDuration, readJson, readText, readVariables } from './values.ts';

/** A tool, the place of its name, and its node; a tool of an included manifest that was loaded already has no node. */
export type ReadTool = { tool: Tool; at: Place; node: Node | undefined };

/** Properties that the tools of one file share. */
export type Origin = {
  /** The folder of the file, absolute; '' for the bundled manifest. */
  directory: string;
  /** True for the file of the bundled manifest. */
  bundled: boolean;
  syntax: ToolSyntax;
  guards: GuardDefaults;
};

/** Parses the tools of one file, from a list or a map. */
export function readTools(problems: Problems, node: Node, origin: Origin): ReadTool[] {
  if (node.kind === 'map') {
    return node.entries.flatMap(
      ({ key, keyAt, value }) => readTool(problems, value, origin, { text: key, at: keyAt }) ?? [],
    );
  }
  if (node.kind === 'list') return node.items.flatMap((item) => readListed(problems, item, origin) ?? []);
  error(
    problems,
    node.at,
    `\`tools\` must be a list or a map, not ${describe(node)}`,
    'Write - name: … for each tool.',
  );
  return [];
}

function readListed(problems: Problems, item: Node, origin: Origin): ReadTool | undefined {
  // A name alone is a tool without an action.
  if (item.kind === 'scalar' && item.value !== null)
    return readTool(problems, { kind: 'map', entries: [], at: item.at }, origin, {
      text: item.text,
      at: item.at,
    });
  const map = asMap(problems, item, 'A tool', 'Write - name: … with its keys below.');
  if (!map) return undefined;
  const name = member(map, 'name');
  if (name && !isNull(name)) {
    const text = readText(problems, name, 'The name of a tool');
    return text === undefined ? undefined : readTool(problems, map, origin, { text, at: name.at });
  }
  const [first] = map.entries;
  error(
    problems,
    item.at,
    'A tool has no name',
    first && map.entries.length === 1 && !Object.hasOwn(origin.syntax.keys, first.key)
      ? `Write - name: ${first.key} with its keys below, or remove the dash.`
      : 'Add a `name`.',
  );
}

type Name = { text: string; at: Place };

function readTool(problems: Problems, node: Node, origin: Origin, name: Name): ReadTool | undefined {
  problems.tool = name.text;
  try {
    if (!/^[A-Za-z0-9_.-]{1,128}$/.test(name.text)) {
      error(
        problems,
        name.at,
        `${JSON.stringify(name.text)} is not a valid name of a tool`,
        'Use only letters, digits, _ and -, at most 64.',
      );
    } else if (!isToolName(name.text)) {
      warn(
        problems,
        name.at,
        `Some model APIs refuse the name ${JSON.stringify(name.text)}`,
        'Use only letters, digits, _ and -, at most 64.',
      );
    }
    const map = isNull(node)
      ? { kind: 'map' as const, entries: [], at: name.at }
      : asMap(problems, node, 'A tool');
    if (!map) return undefined;
    const { keys, guards } = origin.syntax;
    const important = guards.map(({ key }) => key);
    const fields = readFields(problems, withoutOldSpellings(map), keys, 'a tool', important);
    if (fields.name?.kind === 'scalar' && fields.name.text !== name.text) {
      warn(
        problems,
        fields.name.at,
        `The name of this tool is its key ${JSON.stringify(name.text)}; this \`name\` has no effect`,
      );
    }
    return { tool: assemble(problems, fields, name, origin), at: name.at, node: map };
  } finally {
    problems.tool = undefined;
  }
}

function assemble(
  problems: Problems,
  fields: Fields<typeof TOOL & Keys>,
  name: Name,
  { directory, bundled, syntax, guards }: Origin,
): Tool {
  const { actions } = syntax;
  const text = (key: 'title' | 'description'): string | undefined =>
    fields[key] && readText(problems, fields[key], `\`${key}\``);
  const title = text('title');
  const description = (text('description') ?? '').trim();
  if (fields.description && !isShort(description)) {
    warn(
      problems,
      fields.description.at,
      `Some model APIs refuse a description of more than ${LONGEST_DESCRIPTION} characters`,
      'Shorten it, or describe the parameters one by one.',
    );
  }
  const parsed = readAction(problems, fields, actions);
  if (!namesAction(fields, actions)) {
    warn(
      problems,
      name.at,
      `The tool ${JSON.stringify(name.text)} has no action`,
      `Add one of ${actions.map(({ key }) => `\`${key}\``).join(', ')}.`,
    );
  }
  const ownTimeoutMs = fields.timeout && readDuration(problems, fields.timeout, '`timeout`');
  const timeoutMs = parsed?.timeoutMs ?? ownTimeoutMs;
  const tests = [fields.tests, fields.test].flatMap((node) => (node ? readTests(problems, node) : []));
  const { schema: inputSchema, secrets } = readParameters(problems, fields.parameters, 'parameters');
  const tool: Tool = {
    name: name.text,
    ...(title !== undefined && { title }),
    description,
    ...(fields.icons && { icons: readIcons(problems, fields.icons) }),
    inputSchema,
    ...(secrets.length > 0 && { secrets }),
    ...(fields.returns && {
      outputSchema: readParameters(problems, fields.returns, 'returns', bundled).schema,
    }),
    annotations: {
      ...(fields.annotations && readAnnotations(problems, fields.annotations)),
      ...parsed?.annotations,
    },
    ...(parsed && { action: parsed.action }),
    ...(timeoutMs !== undefined && { timeoutMs }),
    environment: readVariables(problems, fields.environment, '`environment`'),
    directory,
    ...(tests.length > 0 && { tests }),
  };
  return withGuards(problems, tool, readGuards(problems, fields, syntax.guards), guards);
}

function readAnnotations(problems: Problems, node: Node): Annotations {
  const map = asMap(problems, node, '`annotations`');
  if (!map) return {};
  const { title, ...hints } = readFields(problems, map, ANNOTATIONS, 'annotations');
  const annotations: Annotations = {};
  const text = title && readText(problems, title, '`title`');
  if (text !== undefined) annotations.title = text;
  for (const name of ['readOnlyHint', 'destructiveHint', 'idempotentHint', 'openWorldHint'] as const) {
    const value = hints[name] && readBoolean(problems, hints[name], `\`${name}\``);
    if (value !== undefined) annotations[name] = value;
  }
  return annotations;
}

function readTests(problems: Problems, node: Node): unknown[] {
  const items = node.kind === 'list' ? node.items : [node];
  return items.flatMap((item) => {
    const map = asMap(problems, item, 'A test', 'Write - { input: { … }, expect: { … } }');
    return map ? [readJson(problems, map)] : [];
  });
}
