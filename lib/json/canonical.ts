import { isObject } from './object.ts';

/**
 * Returns the canonical JSON text of a JSON value by RFC 8785: members in the order of the UTF-16 code units of their names,
 * numbers and strings as ECMAScript writes them, no spaces. Equal values have the same text, whatever the order of their members.
 */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (!isObject(value)) return JSON.stringify(value);
  let members = '';
  // In the order of UTF-16 code units. Arrays of members would make this twice as slow.
  for (const name of Object.keys(value).sort()) {
    const member = value[name];
    if (member === undefined) continue;
    members += `${members && ','}${JSON.stringify(name)}:${canonicalJson(member)}`;
  }
  return `{${members}}`;
}
