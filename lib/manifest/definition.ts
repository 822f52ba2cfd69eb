import type { Annotations, ObjectSchema, Tool } from './manifest.ts';

/** A tool as agents are told of it: the members of MCP's `Tool`. */
export type ToolDefinition = {
  name: string;
  title?: string;
  description: string;
  inputSchema: ObjectSchema;
  /** The success envelope. */
  outputSchema?: ObjectSchema;
  annotations?: Annotations;
};

/** The definition of a tool that is published to agents. */
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
    inputSchema,
    ...(outputSchema && { outputSchema: envelopeSchema(outputSchema) }),
    ...(Object.keys(annotations).length > 0 && { annotations }),
  };
}

/** The schema of a result with the `success` that its envelope adds. */
export function envelopeSchema({
  type,
  properties,
  required,
  additionalProperties,
}: ObjectSchema): ObjectSchema {
  return {
    type,
    properties: { success: { type: 'boolean', const: true }, ...properties },
    required: ['success', ...required],
    additionalProperties,
  };
}
