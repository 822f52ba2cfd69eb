import { isObject } from '../../json/object.ts';
import { nearest } from '../../contract/nearest.ts';
import { error, type Problems } from '../yaml/problems.ts';
import { describe, isNull, type Node } from '../yaml/node.ts';

/** The names of types, in lower case → their names in JSON Schema; `any` allows every type. */
export const TYPES: Readonly<Record<string, string>> = {
  string: 'string',
  str: 'string',
  text: 'string',
  integer: 'integer',
  int: 'integer',
  number: 'number',
  float: 'number',
  double: 'number',
  boolean: 'boolean',
  bool: 'boolean',
  array: 'array',
  list: 'array',
  object: 'object',
  dict: 'object',
  map: 'object',
  null: 'null',
  any: 'any',
};

const JSON_TYPES = ['string', 'integer', 'number', 'boolean', 'array', 'object', 'null'];

/** Reads a type or a list of types. Returns their names in JSON Schema, or undefined when every type is allowed. */
export function readTypes(problems: Problems, node: Node): string | string[] | undefined {
  if (node.kind !== 'list') {
    const type = readType(problems, node);
    return type === 'any' ? undefined : type;
  }
  const types = new Set(node.items.flatMap((item) => readType(problems, item) ?? []));
  if (node.items.length === 0) {
    error(problems, node.at, 'A list of types cannot be empty');
    return;
  }
  return types.has('any') ? undefined : [...types];
}

function readType(problems: Problems, node: Node): string | undefined {
  // An unquoted null in `[string, null]` is the type null.
  if (isNull(node)) return 'null';
  if (node.kind !== 'scalar' || typeof node.value !== 'string') {
    error(
      problems,
      node.at,
      `A type must be a name, not ${describe(node)}`,
      `The types are ${JSON_TYPES.join(', ')}.`,
    );
    return;
  }
  const word = node.value.trim().toLowerCase();
  if (Object.hasOwn(TYPES, word)) return TYPES[word];
  const meant = nearest(word, Object.keys(TYPES));
  error(
    problems,
    node.at,
    `Unknown type ${JSON.stringify(node.value)}`,
    meant === undefined
      ? `The types are ${JSON_TYPES.join(', ')}.`
      : `Did you mean \`${TYPES[meant] ?? meant}\`?`,
  );
}

/** Returns true when a value has a JSON Schema type. */
export function hasType(value: unknown, type: string): boolean {
  switch (type) {
    case 'null':
      return value === null;
    case 'array':
      return Array.isArray(value);
    case 'object':
      return isObject(value);
    case 'integer':
      return Number.isInteger(value);
    default:
      return typeof value === type;
  }
}
