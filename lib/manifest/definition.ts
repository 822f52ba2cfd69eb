import type { Annotations, ObjectSchema, Tool } from '../contract/manifest.ts';
import { portableSchema } from './portable-schema.ts';

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

/** The field of an envelope for what gantz did besides running the tool. */
export const NOTES = 'gantz';

const NOTES_SCHEMA = {
  type: 'object',
  properties: {
    replayed: {
      type: 'boolean',
      const: true,
      description: 'the answer of an earlier call with the same idempotency key',
    },
    attempts: {
      type: 'integer',
      minimum: 2,
      description: 'how often the action ran, when its failures were repeated',
    },
    cached: {
      type: 'boolean',
      const: true,
      description: 'the stored answer of an earlier call with the same parameters',
    },
    age_ms: { type: 'integer', minimum: 0, description: 'the age of the stored answer in milliseconds' },
    stale: {
      type: 'boolean',
      const: true,
      description: 'the stored answer is older than its ttl, and another call computes a new one',
    },
  },
  additionalProperties: false,
};

/** Returns the definition of a tool that is published: its outputSchema describes the success envelope. */
export function definitionOf(tool: Tool): ToolDefinition {
  return define(tool, { [NOTES]: NOTES_SCHEMA });
}

/** Returns the definition of a tool for MCP. There the notes of a result are in its `_meta`. */
export function mcpDefinitionOf(tool: Tool): ToolDefinition {
  return define(tool, {});
}

function define(
  { name, title, description, inputSchema, outputSchema, annotations }: Tool,
  notes: ObjectSchema['properties'],
): ToolDefinition {
  return {
    name,
    ...(title !== undefined && { title }),
    description,
    inputSchema: portableSchema(inputSchema),
    ...(outputSchema && { outputSchema: portableSchema(envelopeSchema(outputSchema, notes)) }),
    ...(Object.keys(annotations).length > 0 && { annotations }),
  };
}

/** Adds `success` and the notes, which the envelope has, to the schema of a result. */
function envelopeSchema(
  { type, properties, required, additionalProperties }: ObjectSchema,
  notes: ObjectSchema['properties'],
): ObjectSchema {
  return {
    type,
    properties: { success: { type: 'boolean', const: true }, ...properties, ...notes },
    required: ['success', ...required],
    additionalProperties,
  };
}

/**
 * Returns what the APIs of OpenAI and Anthropic refuse in a tool, as ends of a sentence about it: its name, a long
 * description, names of its parameters. Empty when they accept it.
 */
export function refusedByModelApis({ name, description, inputSchema }: Tool): string[] {
  const parameters = Object.keys(inputSchema.properties).filter((parameter) => !isParameterName(parameter));
  return [
    ...(isToolName(name) ? [] : ['its name, which may have only letters, digits, _ and -, at most 64']),
    ...(isShort(description)
      ? []
      : [`its description, which is longer than ${LONGEST_DESCRIPTION} characters`]),
    ...parameters.map((parameter) => `the name of its parameter ${JSON.stringify(parameter)}`),
  ];
}

/** The most characters that model APIs accept in the description of a tool. */
export const LONGEST_DESCRIPTION = 1024;

/** The names of tools that model APIs accept. */
export const TOOL_NAME = /^[A-Za-z0-9_-]{1,64}$/;

/** The names of parameters that model APIs accept. */
export const PARAMETER_NAME = /^[A-Za-z0-9_.-]{1,64}$/;

/** Returns true when model APIs accept the name of a tool. */
export function isToolName(name: string): boolean {
  return TOOL_NAME.test(name);
}

/** Returns true when model APIs accept the name of a parameter. */
export function isParameterName(name: string): boolean {
  return PARAMETER_NAME.test(name);
}

/** Returns true when model APIs accept the length of a description. */
export function isShort(description: string): boolean {
  return Array.from(description).length <= LONGEST_DESCRIPTION;
}
