import { isObject } from '../json/object.ts';
import type { JsonSchema } from '../contract/manifest.ts';

/** Before the check (`input`), members with a default are optional; after it (`checked`), they are present. */
export type Stage = 'input' | 'checked';

/**
 * Renders the TypeScript type of the values that a JSON Schema accepts. A type cannot express limits, patterns and
 * references, so the type may accept more values than the schema. Where nothing can be expressed, it is `unknown`.
 */
export function schemaType(schema: unknown, stage: Stage): string {
  if (schema === false) return 'never';
  if (!isObject(schema)) return 'unknown';
  const { const: only, enum: choices, type, anyOf, oneOf, allOf } = schema;
  if ('const' in schema) return literal(only);
  if (Array.isArray(choices)) return union(choices.map(literal));
  const alternatives = Array.isArray(anyOf) ? anyOf : oneOf;
  const parts = [
    ...(type === undefined ? [] : [union([type].flat().map((name) => namedType(name, schema, stage)))]),
    ...(Array.isArray(alternatives) ? [union(alternatives.map((one) => schemaType(one, stage)))] : []),
    ...(Array.isArray(allOf) ? allOf.map((one) => schemaType(one, stage)) : []),
  ].filter((part) => part !== 'unknown');
  if (parts.length === 0) return 'properties' in schema ? objectType(schema, stage) : 'unknown';
  return parts.length === 1 ? parts.join() : parts.map(grouped).join(' & ');
}

/** Renders the type of an object with its members, in one line. */
export function objectType(schema: JsonSchema, stage: Stage): string {
  const { properties, required, additionalProperties } = schema;
  const members = Object.entries(isObject(properties) ? properties : {}).map(([name, member]) => {
    const filledIn = stage === 'checked' && isObject(member) && 'default' in member;
    const isPresent = filledIn || (Array.isArray(required) && required.includes(name));
    return `${propertyName(name)}${isPresent ? '' : '?'}: ${schemaType(member, stage)}`;
  });
  const rest = additionalProperties === undefined ? true : additionalProperties;
  if (members.length === 0)
    return rest === false ? 'Record<string, never>' : `Record<string, ${schemaType(rest, stage)}>`;
  return `{ ${members.join('; ')} }${rest === false ? '' : ' & Record<string, unknown>'}`;
}

function namedType(name: unknown, schema: JsonSchema, stage: Stage): string {
  switch (name) {
    case 'string':
    case 'boolean':
    case 'null':
      return name;
    case 'integer':
    case 'number':
      return 'number';
    case 'array':
      return arrayType(schema, stage);
    case 'object':
      return objectType(schema, stage);
    default:
      return 'unknown';
  }
}

function arrayType({ items, prefixItems }: JsonSchema, stage: Stage): string {
  if (Array.isArray(prefixItems)) return 'unknown[]';
  return `${grouped(schemaType(items ?? true, stage))}[]`;
}

function literal(value: unknown): string {
  return typeof value === 'object' && value !== null ? 'unknown' : JSON.stringify(value);
}

function union(types: readonly string[]): string {
  const distinct = [...new Set(types)];
  return distinct.includes('unknown') || distinct.length === 0
    ? 'unknown'
    : distinct.map((type) => (type.includes(' & ') ? `(${type})` : type)).join(' | ');
}

function grouped(type: string): string {
  return / [|&] /.test(type) ? `(${type})` : type;
}

function propertyName(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name);
}
