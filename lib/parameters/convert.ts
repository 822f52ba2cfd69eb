import type { Detail } from '../contract/errors.ts';
import { parseDuration } from '../contract/settings.ts';
import { losesDigits } from '../json/number.ts';
import { isObject } from '../json/object.ts';
import { parseJson, shorten, type Parsed } from '../json/parse.ts';
import type { JsonSchema } from '../contract/manifest.ts';

const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/** The types whose text is refused when it cannot be converted. */
const CONVERTED: ReadonlySet<string> = new Set(['number', 'integer', 'array', 'object']);

/**
 * Converts text to the number, integer, boolean, array or object of its schema when that loses nothing. Language models
 * and flags send such text. Other values are returned unchanged. Text that cannot be converted adds a problem; `path`
 * returns the JSON Pointer of the value.
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
  // Most values are returned here: only text is converted, and most parameters are of type string.
  if (typeof value !== 'string' || schema['type'] === 'string') return value;
  const types = typesOf(schema);
  if (types.length === 0 || types.includes('string')) return value;
  if (types.includes('boolean') && (value === 'true' || value === 'false')) return value === 'true';
  const parsed = parseStructure(value, types);
  if (parsed) {
    if ('value' in parsed) return convertText(parsed.value, schema, path, problems);
    problems.push({ path: path(), message: `is JSON text that cannot be read: ${parsed.message}` });
    return value;
  }
  if (!types.some((type) => CONVERTED.has(type))) return value;
  const isNumber = types.includes('number') || types.includes('integer');
  if (isNumber && NUMBER.test(value)) {
    if (!losesDigits(value)) return Number(value) + 0;
    problems.push({ path: path(), message: `${shorten(value)} would lose digits as a number` });
    return value;
  }
  problems.push({
    path: path(),
    message: `must be ${describeTypes(types)}, not the text ${quote(value)}${isNumber ? inSeconds(value) : ''}`,
  });
  return value;
}

/** Returns the seconds of a duration such as `1h`, as the end of a message; an empty text for any other text. */
function inSeconds(text: string): string {
  const ms = parseDuration(text);
  return ms === undefined ? '' : `; ${text.trim()} is ${ms / 1000} seconds`;
}

/**
 * Parses the JSON text of an array or object when `types` contains that type. Returns undefined for any other text, also
 * for text that begins like an array and is not JSON.
 */
export function parseStructure(text: string, types: readonly string[]): Parsed | undefined {
  const begin = /^\s*([[{])/.exec(text)?.[1];
  if (begin === undefined || !types.includes(begin === '[' ? 'array' : 'object')) return undefined;
  const parsed = parseJson(text);
  return 'value' in parsed || parsed.problem !== 'syntax' ? parsed : undefined;
}

/** Returns the JSON Schema types of a schema; an empty array when it accepts any type. */
export function typesOf(schema: JsonSchema): string[] {
  const type = schema['type'];
  if (typeof type === 'string') return [type];
  return Array.isArray(type) ? type.filter((name) => typeof name === 'string') : [];
}

/** Joins types for a sentence: `integer or null`. */
export function describeTypes(types: readonly string[]): string {
  return types.length > 1
    ? `${types.slice(0, -1).join(', ')} or ${types.at(-1) ?? ''}`
    : (types[0] ?? 'any value');
}

/** Quotes a text for a message. Only its first 57 characters are shown when it is longer than 60. */
export function quote(value: string): string {
  return JSON.stringify(value.length > 60 ? `${value.slice(0, 57)}…` : value);
}
