import { isObject } from '../json/object.ts';
import type { JsonSchema } from '../manifest/manifest.ts';

/** Whether members with a default may be left out (`input`) or are there (`checked`). */
export type Side = 'input' | 'checked';

/**
 * The TypeScript type of what a JSON Schema accepts. Keywords that a type cannot say (limits, patterns, references)
 * only make it wider than the schema: at the widest, `unknown`.
 */
export function schemaType(schema: unknown, side: Side): string {
  if (schema === false) return 'never';
  if (!isObject(schema)) return 'unknown';
  const { const: only, enum: choices, type, anyOf, oneOf, allOf } = schema;
  if ('const' in schema) return literal(only);
  if (Array.isArray(choices)) return union(choices.map(literal));
  const alternatives = Array.isArray(anyOf) ? anyOf : oneOf;
  const parts = [
    ...(type === undefined ? [] : [union([type].flat().map((name) => namedType(name, schema, side)))]),
    ...(Array.isArray(alternatives) ? [union(alternatives.map((one) => schemaType(one, side)))] : []),
    ...(Array.isArray(allOf) ? allOf.map((one) => schemaType(one, side)) : []),
  ].filter((part) => part !== 'unknown');
  if (parts.length === 0) return 'properties' in schema ? objectType(schema, side) : 'unknown';
  return parts.length === 1 ? parts.join() : parts.map(grouped).join(' & ');
}

/** The type of an object's members, in one line. */
export function objectType(schema: JsonSchema, side: Side): string {
  const { properties, required, additionalProperties } = schema;
  const members = Object.entries(isObject(properties) ? properties : {}).map(([name, member]) => {
    const filledIn = side === 'checked' && isObject(member) && 'default' in member;
    const there = filledIn || (Array.isArray(required) && required.includes(name));
    return `${propertyName(name)}${there ? '' : '?'}: ${schemaType(member, side)}`;
  });
  const rest = additionalProperties === undefined ? true : additionalProperties;
  if (members.length === 0)
    return rest === false ? 'Record<string, never>' : `Record<string, ${schemaType(rest, side)}>`;
  return `{ ${members.join('; ')} }${rest === false ? '' : ' & Record<string, unknown>'}`;
}

function namedType(name: unknown, schema: JsonSchema, side: Side): string {
  switch (name) {
    case 'string':
    case 'boolean':
    case 'null':
      return name;
    case 'integer':
    case 'number':
      return 'number';
    case 'array':
      return arrayType(schema, side);
    case 'object':
      return objectType(schema, side);
    default:
      return 'unknown';
  }
}

function arrayType({ items, prefixItems }: JsonSchema, side: Side): string {
  if (Array.isArray(prefixItems)) return 'unknown[]';
  return `${grouped(schemaType(items ?? true, side))}[]`;
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
