import { isObject } from '../json/object.ts';
import type { JsonSchema } from '../contract/manifest.ts';
import { KEYWORDS } from './keys.ts';

/**
 * Rewrites a JSON Schema into an equal one that the APIs of OpenAI, Anthropic and Google accept: every array has `items`,
 * and a list of types becomes `anyOf`. Returns a schema that needs no change as it is, because copying the schemas of a
 * large manifest takes longer than rendering them.
 */
export function portableSchema<Schema extends JsonSchema>(schema: Schema): Schema {
  if (!mayNeedRewrite(schema)) return schema;
  // A keyword that moves into `anyOf` is no longer found by a reference to its place.
  const moves = !JSON.stringify(schema).includes('"$ref"');
  return rewrite(schema, moves) as Schema;
}

/**
 * Returns false when nothing in a schema needs a change. Data such as `default: { type: array }` also gives true, because
 * the walk does not distinguish data from schemas.
 */
function mayNeedRewrite(value: object): boolean {
  if ('type' in value) {
    const { type } = value;
    if (Array.isArray(type) || (type === 'array' && !('items' in value))) return true;
  }
  return Object.values(value).some(
    (member: unknown) => typeof member === 'object' && member !== null && mayNeedRewrite(member),
  );
}

function rewrite(schema: unknown, moves: boolean): unknown {
  if (!isObject(schema)) return schema;
  const copy = Object.fromEntries(
    Object.entries(schema).map(([keyword, value]) => [keyword, rewriteMember(keyword, value, moves)]),
  );
  if ([copy['type']].flat().includes('array') && !('items' in copy)) copy['items'] = {};
  return Array.isArray(copy['type']) ? withoutTypeList(copy, copy['type'], moves) : copy;
}

/** Rewrites the schemas inside the value of a keyword. */
function rewriteMember(keyword: string, value: unknown, moves: boolean): unknown {
  const kind = Object.hasOwn(KEYWORDS, keyword) ? KEYWORDS[keyword as keyof typeof KEYWORDS].kind : undefined;
  if (kind === 'schema') return rewrite(value, moves);
  if (kind === 'schemas' && Array.isArray(value)) return value.map((one) => rewrite(one, moves));
  if (kind !== 'schema-map' || !isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, rewrite(one, moves)]));
}

function withoutTypeList(schema: JsonSchema, types: readonly unknown[], moves: boolean): JsonSchema {
  const { type: _, ...rest } = schema;
  if (types.length === 1) return { ...schema, type: types[0] };
  const alternatives = types.map((type) => {
    const keywords = moves ? keywordsOf(type, rest) : [];
    return { type, ...Object.fromEntries(keywords.map((keyword) => [keyword, rest[keyword]])) };
  });
  const moved = new Set(moves ? types.flatMap((type) => keywordsOf(type, rest)) : []);
  const outer = Object.fromEntries(Object.entries(rest).filter(([keyword]) => !moved.has(keyword)));
  if (!('anyOf' in outer)) return { ...outer, anyOf: alternatives };
  const others: unknown[] = Array.isArray(outer['allOf']) ? outer['allOf'] : [];
  return { ...outer, allOf: [...others, { anyOf: alternatives }] };
}

function keywordsOf(type: unknown, schema: JsonSchema): string[] {
  const known = KEYWORDS_OF[type === 'integer' ? 'number' : String(type)] ?? [];
  return known.filter((keyword) => keyword in schema);
}

/** The keywords that have an effect on values of one type only. */
const KEYWORDS_OF: Readonly<Record<string, readonly string[]>> = {
  string: ['minLength', 'maxLength', 'pattern', 'contentEncoding', 'contentMediaType', 'contentSchema'],
  number: ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf'],
  array: [
    'items',
    'prefixItems',
    'contains',
    'minContains',
    'maxContains',
    'minItems',
    'maxItems',
    'uniqueItems',
  ],
  object: [
    'properties',
    'patternProperties',
    'additionalProperties',
    'propertyNames',
    'minProperties',
    'maxProperties',
    'required',
    'dependentRequired',
    'dependentSchemas',
  ],
};
