import type { Annotations, ObjectSchema, Tool } from '../contract/manifest.ts';

/** The definition of a tool for agents, with the members of MCP's `Tool`. */
export type ToolDefinition = {
  name: string;
  title?: string;
  description: string;
  inputSchema: ObjectSchema;
  /** The success envelope. */
  outputSchema?: ObjectSchema;
  annotations?: Annotations;
};

/** Returns the definition of a tool that is published to agents. */
export function definitionOf({
  name,
  title,
  description,
  inputSchema,
  outputSchema,
  annotations,
}: Tool): ToolDefinition {
  return {
    name,
    ...(title !== undefined && { title }),
    description,
    inputSchema: withItems(inputSchema),
    ...(outputSchema && { outputSchema: withItems(envelopeSchema(outputSchema)) }),
    ...(Object.keys(annotations).length > 0 && { annotations }),
  };
}

/** Adds `success`, which the envelope has, to the schema of a result. */
function envelopeSchema({ type, properties, required, additionalProperties }: ObjectSchema): ObjectSchema {
  return {
    type,
    properties: { success: { type: 'boolean', const: true }, ...properties },
    required: ['success', ...required],
    additionalProperties,
  };
}

/**
 * Returns the schema with `items: {}` in every array schema without it: some agents' APIs refuse a schema that leaves it
 * out. A schema that is complete is returned as it is, because copying the schemas of a large manifest takes longer than
 * rendering them.
 */
function withItems<Schema extends object>(schema: Schema): Schema {
  return lacksItems(schema) ? addItems(schema) : schema;
}

function lacksItems(schema: object): boolean {
  if (isArraySchema(schema) && !('items' in schema)) return true;
  for (const key in schema) {
    const value: unknown = schema[key as keyof typeof schema];
    if (typeof value === 'object' && value !== null && !DATA.has(key) && lacksItems(value)) return true;
  }
  return false;
}

function addItems<Schema>(schema: Schema): Schema {
  if (typeof schema !== 'object' || schema === null) return schema;
  if (Array.isArray(schema)) return schema.map(addItems) as Schema;
  const copy = Object.fromEntries(
    Object.entries(schema).map(([key, value]) => [key, DATA.has(key) ? value : addItems(value)]),
  );
  return (isArraySchema(copy) && !('items' in copy) ? { ...copy, items: {} } : copy) as Schema;
}

function isArraySchema(schema: object): boolean {
  if (!('type' in schema)) return false;
  const { type } = schema;
  return type === 'array' || (Array.isArray(type) && type.includes('array'));
}

/** Keywords whose values are data, not schemas. */
const DATA: ReadonlySet<string> = new Set(['default', 'enum', 'const', 'examples']);
