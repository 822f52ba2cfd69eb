import { definitionOf } from '../manifest/definition.ts';
import type { Manifest, Tool } from '../manifest/manifest.ts';
import { renderMarkdown } from './markdown.ts';

type Described = Pick<Manifest, 'name' | 'description'>;

/** Renderings of tools for whoever takes definitions: the `tools` of a request, a schema, a page. */
export const FORMATS = {
  /** The `tools` of OpenAI's Chat Completions, which most compatible servers take as well. */
  openai: (tools) =>
    json(
      tools.map(definitionOf).map(({ name, description, inputSchema }) => ({
        type: 'function',
        function: { name, description, parameters: inputSchema },
      })),
    ),
  /** The `tools` of Anthropic's Messages. */
  anthropic: (tools) =>
    json(
      tools
        .map(definitionOf)
        .map(({ name, description, inputSchema }) => ({ name, description, input_schema: inputSchema })),
    ),
  /** The result of MCP's tools/list. */
  mcp: (tools) => json({ tools: tools.map(definitionOf) }),
  /** One JSON Schema: the parameters of each tool under `$defs/<tool>`, its envelope under `$defs/<tool>.result`. */
  'json-schema': (tools, { name, description }) =>
    json({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      title: name,
      ...(description !== undefined && { description }),
      $defs: Object.fromEntries(tools.flatMap(schemasOf)),
    }),
  /** A page to read. */
  markdown: (tools, manifest) => renderMarkdown(manifest, tools),
} as const satisfies Record<string, (tools: readonly Tool[], manifest: Described) => string>;

/** The name of a rendering. */
export type Format = keyof typeof FORMATS;

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
