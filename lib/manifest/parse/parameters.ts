import { argumentVariable } from '../argument-variable.ts';
import { isParameterName, NOTES } from '../definition.ts';
import { asMap, readFields } from './fields.ts';
import { error, warn, type Problems } from '../yaml/problems.ts';
import { bareType, readKeywords, withExtensions, type ReadSchema } from './json-schema.ts';
import { PARAMETER } from '../keys.ts';
import type { JsonSchema, ObjectSchema } from '../../contract/manifest.ts';
import { describe, isNull, member, type Mapping, type Node } from '../yaml/node.ts';
import { checkReferences } from './references.ts';
import { position, type Place } from '../yaml/source.ts';
import { readBoolean, readText, readTexts } from './values.ts';

type Named = { name: string; nameAt: Place; node: Node };

type Role = 'parameters' | 'arguments' | 'returns';

const SINGULAR = { parameters: 'parameter', arguments: 'argument', returns: 'field' } as const;

/** Parameters as one flat object schema, and the names of those with `secret: true`, which is no keyword of JSON Schema. */
export type ReadParameters = { schema: ObjectSchema; secrets: string[] };

/** Reads parameters, or the arguments of a prompt; the fields of `returns` are required unless `optional: true`. */
export function readParameters(
  problems: Problems,
  node: Node | undefined,
  role: Role,
  bundled = false,
): ReadParameters {
  const properties: [string, JsonSchema][] = [];
  const required: string[] = [];
  const secrets: string[] = [];
  const listed = node ? requiredOfSchema(problems, node) : undefined;
  for (const { name, nameAt, node: parameter } of unique(problems, named(problems, node, role), role)) {
    const what = `the ${SINGULAR[role]} ${JSON.stringify(name)}`;
    if (role !== 'arguments' && !isParameterName(name)) {
      warn(
        problems,
        nameAt,
        `Some model APIs refuse the name ${JSON.stringify(name)}`,
        'Use only letters, digits, _ - and ., at most 64.',
      );
    }
    if (role === 'returns' && name === NOTES) {
      error(
        problems,
        nameAt,
        `\`returns\` cannot name the field ${JSON.stringify(name)}, in which gantz tells what it did besides running the tool`,
        'Give the field another name.',
      );
    }
    const { schema, required: isRequired, secret } = readParameter(problems, parameter, what, role);
    properties.push([name, schema]);
    if (secret) secrets.push(name);
    if (listed ? listed.has(name) : isRequired) required.push(name);
  }
  const schema: ObjectSchema = {
    type: 'object',
    // Unlike an assignment, fromEntries defines a member even for `__proto__`.
    properties: Object.fromEntries(properties),
    required,
    // A result may have undeclared fields, except that of a bundled tool. A call may not have undeclared parameters.
    additionalProperties: role === 'returns' && !bundled,
  };
  if (node) checkReferences(problems, node, schema);
  return { schema, secrets };
}

function readParameter(
  problems: Problems,
  node: Node,
  what: string,
  role: Role,
): ReadSchema & { secret?: boolean | undefined } {
  const always = role === 'returns';
  if (isNull(node)) return { schema: {}, required: always };
  if (node.kind === 'scalar') return { ...bareType(problems, node), required: always };
  const map = asMap(problems, node, what, 'Write { type: string }, or a type.');
  if (!map) return { schema: {}, required: always };
  const fields = readFields(problems, map, PARAMETER, what);
  const { schema, required } = withExtensions(problems, map, readKeywords(problems, fields, what));
  const secret = fields.secret && readBoolean(problems, fields.secret, `secret of ${what}`);
  if (role !== 'parameters' && secret)
    warn(problems, map.at, `\`secret\` of ${what} has no effect: only parameters have it`);
  if (!always && fields.optional) {
    const optional = readBoolean(problems, fields.optional, `optional of ${what}`);
    return { schema, required: required ?? optional === false, secret };
  }
  const optional = fields.optional && readBoolean(problems, fields.optional, `optional of ${what}`);
  return { schema, required: required ?? (always && optional !== true), secret };
}

/** Returns parameters with their names, from a list, from a map, or from the `properties` of an object schema. */
function named(problems: Problems, node: Node | undefined, role: Role): Named[] {
  if (!node) return [];
  if (node.kind === 'map') {
    return (propertiesOf(node) ?? node).entries.map(({ key, keyAt, value }) => ({
      name: key,
      nameAt: keyAt,
      node: value,
    }));
  }
  if (node.kind === 'scalar') {
    error(
      problems,
      node.at,
      `\`${role}\` must be a list or a map, not ${describe(node)}`,
      `Write - { name: path, type: string }`,
    );
    return [];
  }
  return node.items.flatMap((item) => {
    const map = asMap(
      problems,
      item,
      `Each of \`${role}\``,
      `Write - { name: ${item.kind === 'scalar' && /^[\w-]+$/.test(item.text) ? item.text : 'path'}, type: string }`,
    );
    const name = map && member(map, 'name');
    if (!map) return [];
    if (!name || isNull(name)) {
      error(problems, item.at, `One of \`${role}\` has no name`, nameHint(map));
      return [];
    }
    const text = readText(problems, name, 'A name');
    if (text === '') error(problems, name.at, 'A name cannot be empty');
    return text ? [{ name: text, nameAt: name.at, node: item }] : [];
  });
}

/** Returns a hint for a list item without a name, such as `- path: { type: string }`. */
function nameHint({ entries: [first] }: Mapping): string {
  return first && !Object.hasOwn(PARAMETER, first.key)
    ? `Write - { name: ${first.key}, … }, or remove the dash.`
    : 'Add a `name`.';
}

/** Returns the `properties` of parameters that are written as the JSON Schema of an object, as in MCP. */
function propertiesOf(map: Mapping): Mapping | undefined {
  const type = member(map, 'type');
  const properties = member(map, 'properties');
  return type?.kind === 'scalar' && type.value === 'object' && properties?.kind === 'map'
    ? properties
    : undefined;
}

function requiredOfSchema(problems: Problems, node: Node): Set<string> | undefined {
  if (node.kind !== 'map' || !propertiesOf(node)) return undefined;
  const required = member(node, 'required');
  return new Set(required && !isNull(required) ? readTexts(problems, required, '`required`') : []);
}

/** Returns the parameters without duplicates, and reports those with the same name or the same environment variable. */
function unique(problems: Problems, all: readonly Named[], role: Role): Named[] {
  const names = new Map<string, Named>();
  const variables = new Map<string, Named>();
  for (const one of all) {
    const first = names.get(one.name);
    if (first) {
      error(
        problems,
        one.nameAt,
        `${JSON.stringify(one.name)} occurs twice in \`${role}\`; the first is on line ${position(first.nameAt).line}`,
      );
      continue;
    }
    names.set(one.name, one);
    const variable = argumentVariable(one.name);
    const other = role === 'parameters' ? variables.get(variable) : undefined;
    if (other) {
      error(
        problems,
        one.nameAt,
        `The parameters ${JSON.stringify(other.name)} and ${JSON.stringify(one.name)} have the same environment variable in a script, ${variable}`,
        'Rename one of them.',
      );
    }
    variables.set(variable, one);
  }
  return [...names.values()];
}
