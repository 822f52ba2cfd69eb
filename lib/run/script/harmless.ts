import type { JsonSchema, ObjectSchema } from '../../contract/manifest.ts';
import { isObject } from '../../json/object.ts';
import { renderValue } from '../template.ts';

// Characters that no shell and no arithmetic expression interprets.
const SAFE = /^[A-Za-z0-9_.,:@%+/-]*$/;
const HARMLESS_TYPES = new Set<unknown>(['integer', 'number', 'boolean', 'null']);

/** Returns true when the schema allows only values that are harmless even as source: numbers, booleans and an enum of plain words. */
export function isHarmless(schema: ObjectSchema, path: readonly string[]): boolean {
  const values = listed(schema, path);
  if (values.length > 0) return values.every(isPlain);
  const type: unknown = schemaAt(schema, path)?.['type'];
  const types: unknown[] = Array.isArray(type) ? type : [type];
  return types.length > 0 && types.every((one) => HARMLESS_TYPES.has(one));
}

/** Returns the values that the schema lists for a placeholder; none when it does not list them. */
export function listed(schema: ObjectSchema, path: readonly string[]): readonly unknown[] {
  const inner = schemaAt(schema, path) ?? {};
  if (Array.isArray(inner['enum'])) return inner['enum'];
  return 'const' in inner ? [inner['const']] : [];
}

/** Returns true when a value's text is a plain word, number or path. */
export function isPlain(value: unknown): boolean {
  return SAFE.test(renderValue(value));
}

function schemaAt(schema: ObjectSchema, path: readonly string[]): JsonSchema | undefined {
  let inner: unknown = schema;
  for (const [depth, field] of path.entries()) {
    if (!isObject(inner)) return undefined;
    const { properties, items }: JsonSchema = inner;
    if (isObject(properties) && Object.hasOwn(properties, field)) inner = properties[field];
    else inner = depth > 0 && /^\d+$/.test(field) ? items : undefined;
  }
  return path.length > 0 && isObject(inner) ? inner : undefined;
}
