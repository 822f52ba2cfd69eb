import { flagOf } from '../contract/names.ts';
import { exampleCall } from './example.ts';
import type { JsonSchema, ObjectSchema, Tool } from '../contract/manifest.ts';
import { describeTypes, typesOf } from '../parameters/convert.ts';

/** Renders a page of plain text about one tool: what it does, its parameters, an example call, its result and its guards. */
export async function renderPage(tool: Tool): Promise<string> {
  const { name, description, inputSchema, outputSchema } = tool;
  const parameters = rows(inputSchema, (field, schema) => [flagOf(field), notes(inputSchema, field, schema)]);
  const sections = [
    `${name}: ${description}`,
    section('Parameters', parameters.length ? parameters : ['(none)']),
    section('Example', [exampleCall(tool)]),
  ];
  if (outputSchema)
    sections.push(
      section(
        'Result',
        rows(outputSchema, (field, schema) => [
          field,
          notes({ ...outputSchema, required: [] }, field, schema),
        ]),
      ),
    );
  const hints = Object.entries(tool.annotations).map(([key, value]) => `${key}: ${String(value)}`);
  if (hints.length) sections.push(section('Annotations', hints));
  if (tool.guards || tool.exempt) {
    const { describeGuards } = await import('../run/guards/describe-guards.ts');
    sections.push(section('Guards, in the order in which a call meets them', columns(describeGuards(tool))));
  }
  return `${sections.join('\n\n')}\n`;
}

/** Renders the type, the limits and the description of one parameter or field. */
function notes({ required }: ObjectSchema, field: string, schema: JsonSchema): string {
  const type = typesOf(schema);
  const parts = [type.length ? describeTypes(type) : 'any JSON value'];
  if (Array.isArray(schema['enum']))
    parts.push(`one of ${schema['enum'].map((value) => JSON.stringify(value)).join(', ')}`);
  if ('default' in schema) parts.push(`default ${JSON.stringify(schema['default'])}`);
  else if (required.includes(field)) parts.push('required');
  if (schema['minimum'] !== undefined || schema['maximum'] !== undefined) {
    parts.push(
      `${JSON.stringify(schema['minimum'] ?? '')} to ${JSON.stringify(schema['maximum'] ?? '')}`.replaceAll(
        '""',
        '…',
      ),
    );
  }
  const description = typeof schema['description'] === 'string' ? `  ${schema['description']}` : '';
  return `${parts.join(', ')}${description}`;
}

function rows(
  { properties }: ObjectSchema,
  render: (name: string, schema: JsonSchema) => [string, string],
): string[] {
  return columns(Object.entries(properties).map(([name, schema]) => render(name, schema)));
}

function columns(pairs: readonly [string, string][]): string[] {
  const width = Math.max(0, ...pairs.map(([name]) => name.length));
  return pairs.map(([name, text]) => `${name.padEnd(width)}  ${text}`);
}

function section(title: string, lines: readonly string[]): string {
  return `${title}:\n${lines.map((line) => `  ${line}`).join('\n')}`;
}
