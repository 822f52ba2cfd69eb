import { nearest } from '../nearest.ts';
import { asMap, readFields, type Fields } from './fields.ts';
import { error, spend, warn, type Findings } from './findings.ts';
import { misfit, readFitting } from './fit.ts';
import { FORMATS } from './formats.ts';
import { KEYWORDS, VALIDATION } from './keys.ts';
import type { JsonSchema } from './manifest.ts';
import { describe, isNull, type Node } from './node.ts';
import { readTypes } from './types.ts';
import { readBoolean, readCount, readNumber, readText, readTexts } from './values.ts';

/** What the members of an object with JSON Schema keywords say; `required` is the flag, not the list. */
export type ReadSchema = { schema: JsonSchema; required: boolean | undefined };

/** A JSON Schema at any depth; a bare text is a type. */
function readSchema(findings: Findings, node: Node, what: string): JsonSchema | boolean {
  const read = readMember(findings, node, what);
  return typeof read === 'boolean' ? read : read.schema;
}

function readMember(findings: Findings, node: Node, what: string): ReadSchema | boolean {
  spend(findings, node.at);
  if (node.kind === 'scalar' && typeof node.value === 'boolean') return node.value;
  if (node.kind === 'scalar' && typeof node.value === 'string') return bareType(findings, node);
  if (isNull(node)) return { schema: {}, required: undefined };
  const map = asMap(findings, node, what, 'Write a schema such as { type: string }, or a type.');
  if (!map) return { schema: {}, required: undefined };
  return readKeywords(findings, readFields(findings, map, KEYWORDS, 'a schema'), what);
}

/** The schema that a bare type stands for. */
export function bareType(findings: Findings, node: Node): ReadSchema {
  const type = readTypes(findings, node);
  return { schema: type === undefined ? {} : { type }, required: undefined };
}

/** The keywords of a parameter or of a schema inside of one, each of the form that it must have. */
export function readKeywords(
  findings: Findings,
  fields: Fields<typeof KEYWORDS> & { validation?: Node },
  what: string,
): ReadSchema {
  const schema: JsonSchema = {};
  let flag: boolean | undefined;
  const requiredMembers: string[] = [];
  const set = (keyword: string, value: unknown): void => {
    if (value !== undefined) schema[keyword] = value;
  };
  set('type', fields.type && readTypes(findings, fields.type));
  const types = typesOf(schema);
  for (const [keyword, node] of Object.entries(fields)) {
    if (!Object.hasOwn(KEYWORDS, keyword)) continue;
    const name = `\`${keyword}\` of ${what}`;
    switch (KEYWORDS[keyword as keyof typeof KEYWORDS].kind) {
      case 'types':
        break;
      case 'text':
        set(keyword, readText(findings, node, name));
        break;
      case 'boolean':
        set(keyword, readBoolean(findings, node, name));
        break;
      case 'number':
        set(keyword, readLimit(findings, node, keyword, name));
        break;
      case 'count':
        set(keyword, readCount(findings, node, name));
        break;
      case 'pattern':
        set(keyword, readPattern(findings, node, name));
        break;
      case 'values':
        set(keyword, readValues(findings, node, keyword === 'enum' ? types : [], name));
        break;
      case 'any':
        set(
          keyword,
          keyword === 'default'
            ? readDefault(findings, node, types, what)
            : readFitting(findings, node, types, name),
        );
        break;
      case 'schema':
        set(keyword, readItems(findings, node, keyword, name));
        break;
      case 'schemas':
        set(keyword, readSchemas(findings, node, name));
        break;
      case 'schema-map':
        set(keyword, readSchemaMap(findings, node, keyword, name, requiredMembers));
        break;
      case 'required':
        if (node.kind === 'list') requiredMembers.push(...readTexts(findings, node, name));
        else flag = readBoolean(findings, node, name);
        break;
      case 'name-lists':
        set(keyword, readNameLists(findings, node, name));
        break;
    }
  }
  if (requiredMembers.length > 0) schema['required'] = [...new Set(requiredMembers)];
  if (fields.validation) readValidation(findings, fields.validation, schema, what);
  if (fields.format) checkFormat(findings, fields.format);
  checkDefault(findings, fields.default, schema, what);
  return { schema, required: flag };
}

/** `validation` in the keywords that it spells differently. */
function readValidation(findings: Findings, node: Node, schema: JsonSchema, what: string): void {
  const map = asMap(findings, node, `\`validation\` of ${what}`);
  if (!map) return;
  const fields = readFields(findings, map, VALIDATION, 'validation');
  const types = typesOf(schema);
  const add = (
    keyword: string,
    spelling: keyof typeof VALIDATION,
    read: (node: Node, name: string) => unknown,
  ): void => {
    const from = fields[spelling];
    if (!from) return;
    if (keyword in schema) {
      error(findings, from.at, `\`${keyword}\` of ${what} is said twice`, 'Leave it out of `validation`.');
    }
    const found = read(from, `\`${spelling}\` of ${what}`);
    if (found !== undefined) schema[keyword] = found;
  };
  add('pattern', 'pattern', (from, name) => readPattern(findings, from, name));
  add('minimum', 'min', (from, name) => readNumber(findings, from, name));
  add('maximum', 'max', (from, name) => readNumber(findings, from, name));
  add('minLength', 'min_length', (from, name) => readCount(findings, from, name));
  add('maxLength', 'max_length', (from, name) => readCount(findings, from, name));
  add('enum', 'allowed_values', (from, name) => readValues(findings, from, types, name));
  const bound = fields.min ?? fields.max;
  if (bound && types.length > 0 && !types.includes('number') && !types.includes('integer')) {
    warn(
      findings,
      bound.at,
      `min and max say nothing about ${what}, which is no number`,
      'Did you mean `min_length` or `max_length`?',
    );
  }
}

function readLimit(findings: Findings, node: Node, keyword: string, name: string): number | undefined {
  if (keyword.startsWith('exclusive') && node.kind === 'scalar' && typeof node.value === 'boolean') {
    error(
      findings,
      node.at,
      `${name} must be a number, not ${describe(node)}`,
      `Put the limit itself here: \`${keyword}: 0\`.`,
    );
    return;
  }
  const number = readNumber(findings, node, name);
  if (keyword !== 'multipleOf' || number === undefined || number > 0) return number;
  error(findings, node.at, `${name} must be above 0`);
}

function readPattern(findings: Findings, node: Node, name: string): string | undefined {
  const pattern = readText(findings, node, name);
  return pattern === undefined || checkPattern(findings, node, pattern, name) ? pattern : undefined;
}

function checkPattern(findings: Findings, { at }: Pick<Node, 'at'>, pattern: string, name: string): boolean {
  try {
    new RegExp(pattern, 'u');
    return true;
  } catch (thrown) {
    const reason =
      /: ([^:]*)$/.exec(thrown instanceof Error ? thrown.message : '')?.[1] ?? 'it does not parse';
    error(
      findings,
      at,
      `${name} is no regular expression: ${reason.charAt(0).toLowerCase()}${reason.slice(1)}`,
      patternHint(pattern),
    );
    return false;
  }
}

function patternHint(pattern: string): string | undefined {
  // Python's and PCRE's spellings, which JavaScript's expressions do not have.
  if (pattern.includes('(?P<')) return 'A named group is written (?<name>…).';
  if (/^\(\?[a-z]+\)/.test(pattern)) return 'There are no inline flags; write [Aa] for both cases.';
  if (/\\[AZz]/.test(pattern)) return 'Write ^ and $ for the beginning and the end.';
  try {
    new RegExp(pattern);
    return 'Escape only what needs it: inside [ ] that is \\ ] ^ and -, outside . * + ? ( ) [ ] { } | ^ $ and /.';
  } catch {
    return undefined;
  }
}

function readValues(
  findings: Findings,
  node: Node,
  types: readonly string[],
  name: string,
): unknown[] | undefined {
  if (node.kind !== 'list') {
    error(findings, node.at, `${name} must be a list, not ${describe(node)}`);
    return;
  }
  if (node.items.length === 0) {
    error(findings, node.at, `${name} must not be empty`);
    return;
  }
  return node.items.map((item) => readFitting(findings, item, types, `Each value of ${name}`));
}

function readItems(
  findings: Findings,
  node: Node,
  keyword: string,
  name: string,
): JsonSchema | boolean | undefined {
  if (keyword === 'items' && node.kind === 'list') {
    error(
      findings,
      node.at,
      `${name} must be one schema, not a list`,
      'The schemas of the first items are `prefixItems`.',
    );
    return;
  }
  return readSchema(findings, node, name);
}

function readSchemas(findings: Findings, node: Node, name: string): (JsonSchema | boolean)[] | undefined {
  if (node.kind !== 'list') {
    error(findings, node.at, `${name} must be a list of schemas, not ${describe(node)}`);
    return;
  }
  if (node.items.length === 0) {
    error(findings, node.at, `${name} must not be empty`);
    return;
  }
  return node.items.map((item) => readSchema(findings, item, `Each schema of ${name}`));
}

function readSchemaMap(
  findings: Findings,
  node: Node,
  keyword: string,
  name: string,
  requiredMembers: string[],
): Record<string, JsonSchema | boolean> | undefined {
  const map = asMap(findings, node, name);
  if (!map) return undefined;
  return Object.fromEntries(
    map.entries.map(({ key, keyAt, value }): [string, JsonSchema | boolean] => {
      if (keyword === 'patternProperties') checkPattern(findings, { at: keyAt }, key, `A key of ${name}`);
      const read = readMember(findings, value, `${key} of ${name}`);
      if (typeof read === 'boolean') return [key, read];
      // `required: true` beside a member's type is how parameters say it; JSON Schema says it one level up.
      if (read.required === true && keyword === 'properties') requiredMembers.push(key);
      return [key, read.schema];
    }),
  );
}

function readNameLists(findings: Findings, node: Node, name: string): Record<string, string[]> | undefined {
  const map = asMap(findings, node, name);
  return (
    map &&
    Object.fromEntries(
      map.entries.map(({ key, value }) => [
        key,
        [...new Set(readTexts(findings, value, `${key} of ${name}`))],
      ]),
    )
  );
}

function readDefault(findings: Findings, node: Node, types: readonly string[], what: string): unknown {
  if (isNull(node) && types.length > 0 && !types.includes('null')) {
    warn(
      findings,
      node.at,
      `The default of ${what} is nothing, which is no ${types.join(' or ')}; it counts as absent`,
    );
    return;
  }
  return readFitting(findings, node, types, `The default of ${what}`);
}

function checkDefault(findings: Findings, node: Node | undefined, schema: JsonSchema, what: string): void {
  if (!node || !('default' in schema)) return;
  const value = schema['default'];
  const found = misfit(schema, value);
  if (found === 'unsure') findings.later.push({ at: node.at, tool: findings.tool, what, schema, value });
  else if (found)
    error(findings, node.at, `The default of ${what}, ${JSON.stringify(value)}, ${found.wrong}`);
}

function checkFormat(findings: Findings, node: Node): void {
  if (node.kind !== 'scalar' || FORMATS.includes(node.text)) return;
  const meant = nearest(node.text, FORMATS);
  warn(
    findings,
    node.at,
    `Nothing checks the format ${JSON.stringify(node.text)}`,
    meant && `Did you mean \`${meant}\`?`,
  );
}

function typesOf({ type }: JsonSchema): string[] {
  if (typeof type === 'string') return [type];
  return Array.isArray(type) ? type.filter((name) => typeof name === 'string') : [];
}
