import type { Detail } from '../errors.ts';
import { losesDigits } from '../json/number.ts';
import { isObject } from '../json/object.ts';
import { shorten } from '../json/parse.ts';
import type { JsonSchema } from '../manifest/manifest.ts';

const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/**
 * Turns text into the number, integer or boolean that its schema asks for, where that loses nothing;
 * language models and flags send such text. Everything else stays as it is. `path` is the value's JSON Pointer.
 */
export function convertText(
  value: unknown,
  schema: JsonSchema,
  path: () => string,
  problems: Detail[],
): unknown {
  if (Array.isArray(value)) {
    const items = schema['items'];
    if (!isObject(items) || !typesOf(schema).includes('array')) return value;
    return value.map((item, index) => convertText(item, items, () => `${path()}/${index}`, problems));
  }
  // Most values end here: only text is converted, and most of it is meant to be text.
  if (typeof value !== 'string' || schema['type'] === 'string') return value;
  const types = typesOf(schema);
  if (types.length === 0 || types.includes('string')) return value;
  if (types.includes('boolean') && (value === 'true' || value === 'false')) return value === 'true';
  const wanted = types.includes('number') ? 'number' : types.includes('integer') ? 'integer' : undefined;
  if (!wanted) return value;
  if (NUMBER.test(value)) {
    if (!losesDigits(value)) return Number(value) + 0;
    problems.push({ path: path(), message: `${shorten(value)} cannot be held without losing digits` });
    return value;
  }
  problems.push({
    path: path(),
    message: `must be ${describeTypes(types)}, not the text ${quote(value)}`,
  });
  return value;
}

/** The JSON Schema types that a schema names; none when it takes any value. */
export function typesOf(schema: JsonSchema): string[] {
  const type = schema['type'];
  if (typeof type === 'string') return [type];
  return Array.isArray(type) ? type.filter((name) => typeof name === 'string') : [];
}

/** `integer or null`, for a sentence. */
export function describeTypes(types: readonly string[]): string {
  return types.length > 1
    ? `${types.slice(0, -1).join(', ')} or ${types.at(-1) ?? ''}`
    : (types[0] ?? 'any value');
}

/** A value in a message, never longer than a line. */
export function quote(value: string): string {
  return JSON.stringify(value.length > 60 ? `${value.slice(0, 57)}…` : value);
}
