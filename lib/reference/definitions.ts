import { GantzError } from '../contract/errors.ts';
import {
  definitionOf,
  mcpDefinitionOf,
  refusedByModelApis,
  type ToolDefinition,
} from '../manifest/definition.ts';
import type { Manifest, Tool } from '../contract/manifest.ts';
import { renderMarkdown } from './markdown.ts';

type Heading = Pick<Manifest, 'name' | 'description'>;

/** The formats in which `gantz tools --format` prints definitions of tools. */
export const FORMATS = {
  /** The `tools` of a request to OpenAI's Chat Completions API, and to compatible servers. */
  openai: (tools) =>
    json(
      accepted(tools).map(({ name, description, inputSchema }) => ({
        type: 'function',
        function: { name, description, parameters: inputSchema },
      })),
    ),
  /** The `tools` of a request to Anthropic's Messages API. */
  anthropic: (tools) =>
    json(
      accepted(tools).map(({ name, description, inputSchema }) => ({
        name,
        description,
        input_schema: inputSchema,
      })),
    ),
  /** The result of MCP's tools/list. */
  mcp: (tools) => json({ tools: tools.map(mcpDefinitionOf) }),
  /** One JSON Schema: the parameters of each tool under `$defs/<tool>`, its envelope under `$defs/<tool>.result`. */
  'json-schema': (tools, { name, description }) =>
    json({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      title: name,
      ...(description !== undefined && { description }),
      $defs: Object.fromEntries(tools.flatMap(schemasOf)),
    }),
  /** A Markdown page for people. */
  markdown: (tools, manifest) => renderMarkdown(manifest, tools),
} as const satisfies Record<string, (tools: readonly Tool[], manifest: Heading) => string>;

/** The name of a format. */
export type Format = keyof typeof FORMATS;

/** Returns the definitions of tools for a model API. Throws MANIFEST_INVALID for tools that these APIs refuse. */
function accepted(tools: readonly Tool[]): ToolDefinition[] {
  const refused = tools.flatMap((tool) => {
    const [first] = refusedByModelApis(tool);
    return first === undefined ? [] : [`${JSON.stringify(tool.name)}: ${first}`];
  });
  if (refused.length === 0) return tools.map(definitionOf);
  throw new GantzError('MANIFEST_INVALID', `Model APIs refuse the tool ${refused.join('; the tool ')}`, {
    hint: 'Change it in the manifest, or select other tools: gantz --tools PATTERNS tools --format …',
  });
}

function schemasOf(tool: Tool): [string, object][] {
  const { name, description, inputSchema, outputSchema } = definitionOf(tool);
  return [
    [name, { description, ...inputSchema }],
    ...(outputSchema ? [[`${name}.result`, outputSchema] as [string, object]] : []),
  ];
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
