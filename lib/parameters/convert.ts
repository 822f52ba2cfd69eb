import type { Detail } from '../errors.ts';
import { losesDigits } from '../json/number.ts';
import { shorten } from '../json/parse.ts';
import type { JsonSchema } from '../manifest/manifest.ts';

const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/**
 * Turns text into the number, integer or boolean that its schema asks for, where that loses nothing;
 * language models and flags send such text. Everything else stays as it is.
 */
export function convertText(value: unknown, schema: JsonSchema, path: string, problems: Detail[]): unknown {
  const types = typesOf(schema);
  if (Array.isArray(value) && types.includes('array') && isSchema(schema['items'])) {
    const items = schema['items'];
    return value.map((item, index) => convertText(item, items, `${path}/${index}`, problems));
  }
  if (typeof value !== 'string' || types.length === 0 || types.includes('string')) return value;
  if (types.includes('boolean') && (value === 'true' || value === 'false')) return value === 'true';
  const wanted = types.includes('number') ? 'number' : types.includes('integer') ? 'integer' : undefined;
  if (!wanted) return value;
  if (NUMBER.test(value)) {
    if (losesDigits(value)) {
      problems.push({ path, message: `${shorten(value)} cannot be held without losing digits` });
      return value;
    }
    return Number(value) + 0;
  }
  problems.push({ path, message: `must be ${describeTypes(types)}, not the text ${quote(value)}` });
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

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
