import { nearest } from '../../contract/nearest.ts';
import { asMap, readExtensions, readFields, type Fields } from './fields.ts';
import { error, spend, warn, type Problems } from '../yaml/problems.ts';
import { checkLimits, readFitting } from './fit.ts';
import { FORMATS } from './formats.ts';
import { KEYWORDS, VALIDATION } from '../keys.ts';
import type { JsonSchema } from '../../contract/manifest.ts';
import { describe, isNull, type Mapping, type Node } from '../yaml/node.ts';
import { readTypes } from './types.ts';
import { readBoolean, readCount, readNumber, readText, readTexts } from './values.ts';

/** A schema, and the value of `required: true` or `required: false` beside its keywords. */
export type ReadSchema = { schema: JsonSchema; required: boolean | undefined };

/** Reads a JSON Schema; text alone is a type. */
function readSchema(problems: Problems, node: Node, what: string): JsonSchema | boolean {
  const read = readMember(problems, node, what);
  return typeof read === 'boolean' ? read : read.schema;
}

function readMember(problems: Problems, node: Node, what: string): ReadSchema | boolean {
  spend(problems, node.at);
  if (node.kind === 'scalar' && typeof node.value === 'boolean') return node.value;
  if (node.kind === 'scalar' && typeof node.value === 'string') return bareType(problems, node);
  if (isNull(node)) return { schema: {}, required: undefined };
  const map = asMap(problems, node, what, 'Write a schema such as { type: string }, or a type.');
  if (!map) return { schema: {}, required: undefined };
  const read = readKeywords(problems, readFields(problems, map, KEYWORDS, 'a schema'), what);
  return withExtensions(problems, map, read);
}

/** Reads the name of a type as a schema. */
export function bareType(problems: Problems, node: Node): ReadSchema {
  const type = readTypes(problems, node);
  return { schema: type === undefined ? {} : { type }, required: undefined };
}

/** Adds the extensions of JSON Schema (`x-order`) that a map has to its schema. */
export function withExtensions(
  problems: Problems,
  map: Mapping,
  { schema, required }: ReadSchema,
): ReadSchema {
  return { schema: { ...schema, ...Object.fromEntries(readExtensions(problems, map)) }, required };
}

/** Reads the JSON Schema keywords of a parameter, or of a schema inside one. */
export function readKeywords(
  problems: Problems,
  fields: Fields<typeof KEYWORDS> & { validation?: Node },
  what: string,
): ReadSchema {
  const schema: JsonSchema = {};
  let flag: boolean | undefined;
  const requiredMembers: string[] = [];
  const set = (keyword: string, value: unknown): void => {
    if (value !== undefined) schema[keyword] = value;
  };
  set('type', fields.type && readTypes(problems, fields.type));
  const types = typesOf(schema);
  for (const [keyword, node] of Object.entries(fields)) {
    if (!Object.hasOwn(KEYWORDS, keyword)) continue;
    const name = `\`${keyword}\` of ${what}`;
    switch (KEYWORDS[keyword as keyof typeof KEYWORDS].kind) {
      case 'types':
        break;
      case 'text':
      case 'format':
        set(keyword, readText(problems, node, name));
        break;
      case 'boolean':
        set(keyword, readBoolean(problems, node, name));
        break;
      case 'number':
      case 'positive':
        set(keyword, readLimit(problems, node, keyword, name));
        break;
      case 'count':
        set(keyword, readCount(problems, node, name));
        break;
      case 'pattern':
        set(keyword, readPattern(problems, node, name));
        break;
      case 'values':
        set(keyword, readValues(problems, node, keyword === 'enum' ? types : [], name));
        break;
      case 'any':
        set(
          keyword,
          keyword === 'default'
            ? readDefault(problems, node, types, what)
            : readFitting(problems, node, types, name),
        );
        break;
      case 'schema':
        set(keyword, readItems(problems, node, keyword, name));
        break;
      case 'schemas':
        set(keyword, readSchemas(problems, node, name));
        break;
      case 'schema-map':
        set(keyword, readSchemaMap(problems, node, keyword, name, requiredMembers));
        break;
      case 'required':
        if (node.kind === 'list') requiredMembers.push(...readTexts(problems, node, name));
        else flag = readBoolean(problems, node, name);
        break;
      case 'name-lists':
        set(keyword, readNameLists(problems, node, name));
        break;
    }
  }
  if (requiredMembers.length > 0) schema['required'] = [...new Set(requiredMembers)];
  if (fields.validation) readValidation(problems, fields.validation, schema, what);
  if (fields.format) checkFormat(problems, fields.format);
  checkDefault(problems, fields.default, schema, what);
  return { schema, required: flag };
}

/** Reads `validation` into the JSON Schema keywords that it has other names for. */
function readValidation(problems: Problems, node: Node, schema: JsonSchema, what: string): void {
  const map = asMap(problems, node, `\`validation\` of ${what}`);
  if (!map) return;
  const fields = readFields(problems, map, VALIDATION, 'validation');
  const types = typesOf(schema);
  const add = (
    keyword: string,
    spelling: keyof typeof VALIDATION,
    read: (node: Node, name: string) => unknown,
  ): void => {
    const from = fields[spelling];
    if (!from) return;
    if (keyword in schema) {
      error(problems, from.at, `\`${keyword}\` of ${what} is given twice`, 'Remove it from `validation`.');
    }
    const found = read(from, `\`${spelling}\` of ${what}`);
    if (found !== undefined) schema[keyword] = found;
  };
  add('pattern', 'pattern', (from, name) => readPattern(problems, from, name));
  add('minimum', 'min', (from, name) => readNumber(problems, from, name));
  add('maximum', 'max', (from, name) => readNumber(problems, from, name));
  add('minLength', 'min_length', (from, name) => readCount(problems, from, name));
  add('maxLength', 'max_length', (from, name) => readCount(problems, from, name));
  add('enum', 'allowed_values', (from, name) => readValues(problems, from, types, name));
  const bound = fields.min ?? fields.max;
  if (bound && types.length > 0 && !types.includes('number') && !types.includes('integer')) {
    warn(
      problems,
      bound.at,
      `\`min\` and \`max\` have no effect on ${what}, which is not a number`,
      'Did you mean `min_length` or `max_length`?',
    );
  }
}

function readLimit(problems: Problems, node: Node, keyword: string, name: string): number | undefined {
  if (keyword.startsWith('exclusive') && node.kind === 'scalar' && typeof node.value === 'boolean') {
    error(
      problems,
      node.at,
      `${name} must be a number, not ${describe(node)}`,
      `Write the limit itself: \`${keyword}: 0\`.`,
    );
    return;
  }
  const number = readNumber(problems, node, name);
  if (keyword !== 'multipleOf' || number === undefined || number > 0) return number;
  error(problems, node.at, `${name} must be above 0`);
}

function readPattern(problems: Problems, node: Node, name: string): string | undefined {
  const pattern = readText(problems, node, name);
  return pattern === undefined || checkPattern(problems, node, pattern, name) ? pattern : undefined;
}

function checkPattern(problems: Problems, { at }: Pick<Node, 'at'>, pattern: string, name: string): boolean {
  try {
    new RegExp(pattern, 'u');
    return true;
  } catch (thrown) {
    const reason =
      /: ([^:]*)$/.exec(thrown instanceof Error ? thrown.message : '')?.[1] ?? 'it cannot be parsed';
    error(
      problems,
      at,
      `${name} is not a valid regular expression: ${reason.charAt(0).toLowerCase()}${reason.slice(1)}`,
      patternHint(pattern),
    );
    return false;
  }
}

function patternHint(pattern: string): string | undefined {
  // Syntax of Python and PCRE that JavaScript does not have.
  if (pattern.includes('(?P<')) return 'Write a named group as (?<name>…).';
  if (/^\(\?[a-z]+\)/.test(pattern)) return 'Inline flags are not supported; write [Aa] for both cases.';
  if (/\\[AZz]/.test(pattern)) return 'Write ^ and $ for the beginning and the end.';
  try {
    new RegExp(pattern);
    return 'Escape only these characters: inside [ ]: \\ ] ^ -; outside: . * + ? ( ) [ ] { } | ^ $ and /.';
  } catch {
    return undefined;
  }
}

function readValues(
  problems: Problems,
  node: Node,
  types: readonly string[],
  name: string,
): unknown[] | undefined {
  if (node.kind !== 'list') {
    error(problems, node.at, `${name} must be a list, not ${describe(node)}`);
    return;
  }
  if (node.items.length === 0) {
    error(problems, node.at, `${name} must not be empty`);
    return;
  }
  return node.items.map((item) => readFitting(problems, item, types, `Each value of ${name}`));
}

function readItems(
  problems: Problems,
  node: Node,
  keyword: string,
  name: string,
): JsonSchema | boolean | undefined {
  if (keyword === 'items' && node.kind === 'list') {
    error(
      problems,
      node.at,
      `${name} must be one schema, not a list`,
      'Use `prefixItems` for the schemas of the first items.',
    );
    return;
  }
  return readSchema(problems, node, name);
}

function readSchemas(problems: Problems, node: Node, name: string): (JsonSchema | boolean)[] | undefined {
  if (node.kind !== 'list') {
    error(problems, node.at, `${name} must be a list of schemas, not ${describe(node)}`);
    return;
  }
  if (node.items.length === 0) {
    error(problems, node.at, `${name} must not be empty`);
    return;
  }
  return node.items.map((item) => readSchema(problems, item, `Each schema of ${name}`));
}

function readSchemaMap(
  problems: Problems,
  node: Node,
  keyword: string,
  name: string,
  requiredMembers: string[],
): Record<string, JsonSchema | boolean> | undefined {
  const map = asMap(problems, node, name);
  if (!map) return undefined;
  return Object.fromEntries(
    map.entries.map(({ key, keyAt, value }): [string, JsonSchema | boolean] => {
      if (keyword === 'patternProperties') checkPattern(problems, { at: keyAt }, key, `A key of ${name}`);
      const read = readMember(problems, value, `${key} of ${name}`);
      if (typeof read === 'boolean') return [key, read];
      // A member may have `required: true`, as parameters have; in JSON Schema it is a list of the object.
      if (read.required === true && keyword === 'properties') requiredMembers.push(key);
      return [key, read.schema];
    }),
  );
}

function readNameLists(problems: Problems, node: Node, name: string): Record<string, string[]> | undefined {
  const map = asMap(problems, node, name);
  return (
    map &&
    Object.fromEntries(
      map.entries.map(({ key, value }) => [
        key,
        [...new Set(readTexts(problems, value, `${key} of ${name}`))],
      ]),
    )
  );
}

function readDefault(problems: Problems, node: Node, types: readonly string[], what: string): unknown {
  if (isNull(node) && types.length > 0 && !types.includes('null')) {
    warn(
      problems,
      node.at,
      `The default of ${what} is null, which is not of type ${types.join(' or ')}; it is ignored`,
    );
    return;
  }
  return readFitting(problems, node, types, `The default of ${what}`);
}

function checkDefault(problems: Problems, node: Node | undefined, schema: JsonSchema, what: string): void {
  if (!node || !('default' in schema)) return;
  const value = schema['default'];
  const found = checkLimits(schema, value);
  if (found === 'unsure') problems.later.push({ at: node.at, tool: problems.tool, what, schema, value });
  else if (found)
    error(problems, node.at, `The default of ${what}, ${JSON.stringify(value)}, ${found.wrong}`);
}

function checkFormat(problems: Problems, node: Node): void {
  if (node.kind !== 'scalar' || FORMATS.includes(node.text)) return;
  const meant = nearest(node.text, FORMATS);
  warn(
    problems,
    node.at,
    `The format ${JSON.stringify(node.text)} is unknown; it is not checked`,
    meant && `Did you mean \`${meant}\`?`,
  );
}

function typesOf({ type }: JsonSchema): string[] {
  if (typeof type === 'string') return [type];
  return Array.isArray(type) ? type.filter((name) => typeof name === 'string') : [];
}
