import { equalJson } from '../../json/equal.ts';
import { losesDigits } from '../../json/number.ts';
import { error, type Problems } from '../yaml/problems.ts';
import type { JsonSchema } from '../../contract/manifest.ts';
import { describe, type Node } from '../yaml/node.ts';
import { hasType } from './types.ts';
import { readJson } from './values.ts';

/**
 * Reads a value for a schema of these types. It is converted where that loses nothing: `"3600"` to an integer, `8080` to
 * a string, `yes` to a boolean, `"[]"` to an array. Reports an error for any other value of a wrong type.
 */
export function readFitting(problems: Problems, node: Node, types: readonly string[], what: string): unknown {
  const before = problems.list.length;
  const value = readJson(problems, node);
  if (problems.list.length > before) return undefined;
  if (types.length === 0 || types.some((type) => hasType(value, type))) return value;
  const converted = node.kind === 'scalar' ? convert(node.text, value, types) : undefined;
  if (converted !== undefined) return converted;
  error(problems, node.at, `${what} must be of type ${types.join(' or ')}, not ${describe(node)}`);
  return undefined;
}

function convert(text: string, value: unknown, types: readonly string[]): unknown {
  if (value === null) return undefined;
  // An unquoted number or boolean; its source is the text.
  if (typeof value !== 'string') return types.includes('string') ? text : undefined;
  const word = text.trim();
  if (types.includes('boolean')) {
    if (/^(true|yes|on)$/i.test(word)) return true;
    if (/^(false|no|off)$/i.test(word)) return false;
  }
  if ((types.includes('number') || types.includes('integer')) && NUMBER.test(word)) {
    const number = Number(word) + 0;
    return !losesDigits(word) && (types.includes('number') || Number.isInteger(number)) ? number : undefined;
  }
  return types.includes('array') || types.includes('object') ? parse(word, types) : undefined;
}

const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

function parse(text: string, types: readonly string[]): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return types.some((type) => hasType(value, type)) ? value : undefined;
  } catch {
    return undefined;
  }
}

const SIMPLE = new Set([
  'type',
  'title',
  'description',
  'default',
  'examples',
  'deprecated',
  'readOnly',
  'writeOnly',
  '$comment',
  'enum',
  'const',
  'pattern',
  'minLength',
  'maxLength',
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'minItems',
  'maxItems',
  'minProperties',
  'maxProperties',
]);

/**
 * Checks a value of the right type against the simple limits of its schema, without loading a validator. Returns the end
 * of a sentence about the value, or `unsure` when the schema has other keywords.
 */
export function checkLimits(schema: JsonSchema, value: unknown): { wrong: string } | 'unsure' | undefined {
  const { enum: allowed, const: only, pattern } = schema;
  const limit = (keyword: string): number | undefined => {
    const found = schema[keyword];
    return typeof found === 'number' ? found : undefined;
  };
  const outside = (
    size: number,
    least: string,
    most: string,
    unit: string,
  ): { wrong: string } | undefined => {
    const [min, max] = [limit(least), limit(most)];
    if (min !== undefined && size < min) return { wrong: `is below ${least}: ${min}${unit}` };
    if (max !== undefined && size > max) return { wrong: `is above ${most}: ${max}${unit}` };
    return undefined;
  };
  const same = (other: unknown): boolean => equalJson(other, value);
  if (Array.isArray(allowed) && !allowed.some(same)) {
    return { wrong: `is not one of ${allowed.map((one) => JSON.stringify(one)).join(', ')}` };
  }
  if ('const' in schema && !same(only)) return { wrong: `is not ${JSON.stringify(only)}` };
  if (typeof value === 'string') {
    const wrong = outside(Array.from(value).length, 'minLength', 'maxLength', ' characters');
    if (wrong) return wrong;
    // The validator has the list of the patterns that may take long.
    if (typeof pattern === 'string') return 'unsure';
  }
  if (typeof value === 'number') {
    const wrong = outside(value, 'minimum', 'maximum', '');
    if (wrong) return wrong;
    const [above, below] = [limit('exclusiveMinimum'), limit('exclusiveMaximum')];
    if (above !== undefined && value <= above) return { wrong: `is not above ${above}` };
    if (below !== undefined && value >= below) return { wrong: `is not below ${below}` };
  }
  if (Array.isArray(value)) {
    const wrong = outside(value.length, 'minItems', 'maxItems', ' items');
    if (wrong) return wrong;
  } else if (typeof value === 'object' && value !== null) {
    const wrong = outside(Object.keys(value).length, 'minProperties', 'maxProperties', ' members');
    if (wrong) return wrong;
  }
  const structure = typeof value === 'object' && value !== null;
  if (
    structure &&
    Object.keys(value).length === 0 &&
    !('required' in schema) &&
    !needsMore(schema, EMPTY_FINE)
  )
    return undefined;
  return needsMore(schema, SIMPLE) ? 'unsure' : undefined;
}

// Keywords that every empty array or object satisfies.
const EMPTY_FINE = new Set([
  ...SIMPLE,
  'items',
  'prefixItems',
  'uniqueItems',
  'properties',
  'patternProperties',
  'additionalProperties',
  'propertyNames',
]);

function needsMore(schema: JsonSchema, known: ReadonlySet<string>): boolean {
  return Object.keys(schema).some((keyword) => !known.has(keyword));
}
