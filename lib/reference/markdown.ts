import { exampleCall } from './example.ts';
import type { JsonSchema, Manifest, ObjectSchema, Tool } from '../contract/manifest.ts';
import { schemaType } from './schema-type.ts';

/** Renders a Markdown page about these tools of a manifest: the parameters, an example call and the result of each. */
export function renderMarkdown(
  { name, description }: Pick<Manifest, 'name' | 'description'>,
  tools: readonly Tool[],
): string {
  const index = tools.map((tool) => `- [${tool.name}](#${tool.name}): ${oneLine(tool.description)}`);
  return (
    [
      `# ${name}`,
      ...(description === undefined ? [] : [description]),
      index.join('\n'),
      ...tools.map((tool) => renderTool(tool, '##')),
    ].join('\n\n') + '\n'
  );
}

/** Renders a Markdown page about one tool. */
export function renderToolPage(tool: Tool): string {
  return `${renderTool(tool, '#')}\n`;
}

function renderTool(tool: Tool, heading: '#' | '##'): string {
  const { name, description, inputSchema, outputSchema } = tool;
  const parts = [
    `${heading} ${name}`,
    description,
    hints(tool),
    renderFields('parameter', inputSchema),
    `\`\`\`sh\n${exampleCall(tool)}\n\`\`\``,
    outputSchema && renderFields('result', outputSchema),
  ];
  return parts.filter((part) => part !== undefined && part !== '').join('\n\n');
}

function renderFields(title: string, { properties, required }: ObjectSchema): string {
  const fields = Object.entries(properties);
  if (fields.length === 0) return `No ${title}s.`;
  const optional = title === 'result' ? 'not always present' : '';
  const rows = fields.map(([field, schema]) => {
    const notes = [
      ...('default' in schema ? [`default \`${JSON.stringify(schema['default'])}\``] : []),
      ...(required.includes(field)
        ? title === 'result'
          ? []
          : ['required']
        : optional && !('default' in schema)
          ? [optional]
          : []),
      ...limits(schema),
    ];
    const text = typeof schema['description'] === 'string' ? schema['description'] : '';
    return `| \`${field}\` | ${cell(`\`${typeOf(schema)}\``)} | ${cell([notes.join(', '), text].filter(Boolean).join('; '))} |`;
  });
  return [`| ${title} | type | |`, '| --- | --- | --- |', ...rows].join('\n');
}

function typeOf(schema: JsonSchema): string {
  const type = schemaType(schema, 'input');
  if (type === 'unknown') return 'any JSON value';
  return [schema['type']].flat().includes('integer') ? type.replace('number', 'integer') : type;
}

function limits(schema: JsonSchema): string[] {
  const { minimum, maximum, exclusiveMinimum, minLength, minItems, minProperties } = schema;
  const number = (value: unknown): string => String(value);
  return [
    ...(exclusiveMinimum === undefined ? [] : [`above ${number(exclusiveMinimum)}`]),
    ...(minimum === undefined ? [] : [`at least ${number(minimum)}`]),
    ...(maximum === undefined ? [] : [`at most ${number(maximum)}`]),
    ...(minLength === 1 || minItems === 1 || minProperties === 1 ? ['not empty'] : []),
  ];
}

/** A text for each annotation of MCP that is true. */
const HINTS = {
  readOnlyHint: 'changes nothing',
  destructiveHint: 'may overwrite or delete data',
  idempotentHint: 'a repetition of the same call changes nothing more',
  openWorldHint: 'connects to other systems',
} as const;

function hints({ annotations }: Tool): string {
  const texts = Object.entries(HINTS).flatMap(([hint, text]) =>
    annotations[hint as keyof typeof HINTS] === true ? [text] : [],
  );
  return texts.length === 0 ? '' : `*${texts.join('; ')}*`;
}

function cell(text: string): string {
  return oneLine(text).replaceAll('|', '\\|');
}

function oneLine(text: string): string {
  return text.replaceAll(/\s*\n\s*/g, ' ');
}
