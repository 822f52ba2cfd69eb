import { losesDigits } from '../lib/json/number.ts';
import type { Schema } from './store.ts';

/** What a form holds for a value: the text of a scalar, null, or the drafts of its parts. Undefined is not given. */
export type Draft = undefined | null | string | Draft[] | { [name: string]: Draft };

/** How a value is entered. `any` is JSON, or text that is no JSON. */
export type Kind = 'enum' | 'boolean' | 'number' | 'string' | 'array' | 'object' | 'any';

/** Returns how a value of a schema is entered. */
export function kindOf(schema: Schema): Kind {
  if (Array.isArray(schema.enum)) return 'enum';
  const types = typesOf(schema).filter((type) => type !== 'null');
  if (types.length !== 1) return 'any';
  switch (types[0]) {
    case 'boolean':
      return 'boolean';
    case 'integer':
    case 'number':
      return 'number';
    case 'string':
      return 'string';
    case 'array':
      return 'array';
    case 'object':
      return Object.keys(schema.properties ?? {}).length > 0 ? 'object' : 'any';
    default:
      return 'any';
  }
}

/** Returns true when null is a value of the schema, beside others. */
export function isNullable(schema: Schema): boolean {
  return typesOf(schema).length > 1 && typesOf(schema).includes('null');
}

/** Returns the types that a schema names. */
export function typesOf({ type }: Schema): string[] {
  return type === undefined ? [] : Array.isArray(type) ? type : [type];
}

/** Returns true when text that is JSON is read as JSON, since the schema allows other values than text. */
export function readsJson(schema: Schema): boolean {
  return kindOf(schema) === 'any';
}

/** Returns the JSON text of a draft; undefined when it is not given. Wrong numbers are sent as text, and the server refuses them. */
export function jsonOf(draft: Draft, schema: Schema): string | undefined {
  if (draft === undefined || draft === null) return draft === null ? 'null' : undefined;
  if (Array.isArray(draft)) {
    const items = draft.map((item) => jsonOf(item, schema.items ?? {}) ?? emptyOf(schema.items ?? {}));
    return `[${items.join(',')}]`;
  }
  if (typeof draft === 'object') {
    const members = Object.entries(draft).flatMap(([name, part]) => {
      const json = jsonOf(part, partOf(schema, name));
      return json === undefined ? [] : [`${JSON.stringify(name)}:${json}`];
    });
    return `{${members.join(',')}}`;
  }
  switch (kindOf(schema)) {
    case 'enum':
      return JSON.stringify(schema.enum?.[Number(draft)]);
    case 'boolean':
      return draft;
    case 'number':
      return isNumber(draft.trim()) ? draft.trim() : JSON.stringify(draft);
    case 'any':
      return isJson(draft) ? draft.trim() : JSON.stringify(draft);
    default:
      return JSON.stringify(draft);
  }
}

/** Returns the draft of a JSON value. */
export function draftOf(value: unknown, schema: Schema): Draft {
  if (value === undefined || value === null) return value;
  switch (kindOf(schema)) {
    case 'enum': {
      const index = schema.enum?.findIndex((one) => JSON.stringify(one) === JSON.stringify(value)) ?? -1;
      return index < 0 ? undefined : String(index);
    }
    case 'array':
      if (Array.isArray(value)) return value.map((item) => draftOf(item, schema.items ?? {}));
      break;
    case 'object':
      if (typeof value === 'object' && !Array.isArray(value)) {
        const entries = Object.entries(value).map(([name, part]) => [
          name,
          draftOf(part, partOf(schema, name)),
        ]);
        return Object.fromEntries(entries) as Draft;
      }
      break;
    case 'any':
      // Text that would be read as JSON needs quotes.
      return typeof value === 'string' && !isJson(value) ? value : JSON.stringify(value, undefined, 2);
    default:
  }
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Returns what the draft of a part begins with when a person adds it. */
export function emptyDraft(schema: Schema): Draft {
  const kind = kindOf(schema);
  return kind === 'array'
    ? []
    : kind === 'object'
      ? {}
      : kind === 'boolean'
        ? 'false'
        : kind === 'enum'
          ? '0'
          : '';
}

/** Returns true for the JSON text of a number. */
function isNumber(text: string): boolean {
  return /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(text);
}

/**
 * Parses JSON. A number that would lose digits becomes text with all of them, because a rounded one would be run as another
 * value; the server refuses both with the reason.
 */
export function parseExactly(json: string): unknown {
  const exact = json.replaceAll(/"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/gs, (part) =>
    !part.startsWith('"') && isNumber(part) && losesDigits(part) ? `"${part}"` : part,
  );
  return JSON.parse(exact);
}

/** Returns true for a text that is JSON. */
export function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function emptyOf(schema: Schema): string {
  return kindOf(schema) === 'string' ? '""' : 'null';
}

function partOf(schema: Schema, name: string): Schema {
  const properties = schema.properties ?? {};
  return (Object.hasOwn(properties, name) ? properties[name] : undefined) ?? {};
}

/** Returns true for the drafts of the members of an object. */
export function isMembers(draft: Draft): draft is Record<string, Draft> {
  return typeof draft === 'object' && draft !== null && !Array.isArray(draft);
}
