import type { JsonSchema, ObjectSchema } from '../../manifest/manifest.ts';
import { renderValue } from '../template.ts';

// Characters that no shell and no arithmetic expression interprets.
const SAFE = /^[A-Za-z0-9_.,:@%+/-]*$/;
const HARMLESS_TYPES = new Set<unknown>(['integer', 'number', 'boolean', 'null']);

/** Returns true when the schema allows only values that are harmless even as source: numbers, booleans, an enum of plain words. */
export function isHarmless(schema: ObjectSchema, path: readonly string[]): boolean {
  const inner = schemaAt(schema, path);
  if (!isSchema(inner)) return false;
  const { type, enum: values } = inner;
  if (Array.isArray(values)) return values.every(isPlain);
  if ('const' in inner) return isPlain(inner['const']);
  const types: unknown[] = Array.isArray(type) ? type : [type];
  return types.length > 0 && types.every((one) => HARMLESS_TYPES.has(one));
}

/** Returns the values that the schema lists for a placeholder; none when it does not list them. */
export function listed(schema: ObjectSchema, path: readonly string[]): readonly unknown[] {
  const inner = schemaAt(schema, path);
  if (!isSchema(inner)) return [];
  const { enum: values } = inner;
  return Array.isArray(values) ? values : 'const' in inner ? [inner['const']] : [];
}

/** Returns true when a value's text is a plain word, number or path. */
export function isPlain(value: unknown): boolean {
  return SAFE.test(renderValue(value));
}

function schemaAt(schema: ObjectSchema, [name = '', ...fields]: readonly string[]): unknown {
  let inner: unknown = Object.hasOwn(schema.properties, name) ? schema.properties[name] : undefined;
  for (const field of fields) inner = fieldOf(inner, field);
  return inner;
}

function fieldOf(schema: unknown, field: string): unknown {
  if (!isSchema(schema)) return undefined;
  const { properties, items } = schema;
  if (isSchema(properties) && Object.hasOwn(properties, field)) return properties[field];
  return /^\d+$/.test(field) ? items : undefined;
}

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
