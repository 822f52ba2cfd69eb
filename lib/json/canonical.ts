import { isObject } from './object.ts';

/**
 * Returns the canonical JSON text of a JSON value by RFC 8785: members in the order of the UTF-16 code units of their names,
 * numbers and strings as ECMAScript writes them, no spaces. Equal values have the same text, whatever the order of their members.
 */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const members = Object.keys(value)
    .filter((name) => value[name] !== undefined)
    .sort() // by UTF-16 code units
    .map((name) => `${JSON.stringify(name)}:${canonicalJson(value[name])}`);
  return `{${members.join(',')}}`;
}
