import { GantzError, type Detail } from '../errors.ts';
import { nearest } from '../nearest.ts';
import type { ObjectSchema, Tool } from '../manifest/manifest.ts';
import { convertText, describeTypes, typesOf } from './convert.ts';
import { describeError } from './describe-error.ts';
import { notAnObject } from './parse.ts';
import type { Validator } from './validator.ts';

/** Parameters that match the schema of their tool. `given` returns true for a parameter that the caller gave. */
export type CheckedParameters = { params: Record<string, unknown>; given: (name: string) => boolean };

/**
 * Checks the parameters of a call with the validator of its tool. Text for a number or a boolean is converted, and
 * defaults are filled in. Throws INVALID_PARAMETERS with one detail per problem. The caller's object is not changed.
 */
export function checkParameters(tool: Tool, input: unknown, validate: Validator): CheckedParameters {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) throw notAnObject(input);
  const problems: Detail[] = [];
  const params = convertAndFill(tool.inputSchema, input, problems);
  const errors = validate(params);
  if (errors) {
    const converted = new Set(problems.map(({ path }) => path));
    const details = errors.map(describeError).filter(({ path }) => !converted.has(path));
    problems.push(...details);
  }
  if (problems.length > 0) throw invalid(tool, problems);
  return { params, given: (name) => Object.hasOwn(input, name) };
}

/** Copies the input, converts text and fills in defaults. Adds a problem for each name that is not in the schema. */
function convertAndFill(schema: ObjectSchema, input: object, problems: Detail[]): Record<string, unknown> {
  const { properties, additionalProperties } = schema;
  const params: Record<string, unknown> = {};
  for (const name of Object.keys(input)) {
    const value = (input as Record<string, unknown>)[name];
    const property = Object.hasOwn(properties, name) ? properties[name] : undefined;
    if (property)
      setMember(
        params,
        name,
        convertText(value, property, () => pointer(name), problems),
      );
    else if (additionalProperties) setMember(params, name, value);
    else problems.push({ path: pointer(name), message: unknownName(name, Object.keys(properties)) });
  }
  for (const [name, value] of defaultsOf(schema))
    if (!Object.hasOwn(input, name)) setMember(params, name, copyOf(value));
  return params;
}

/** Sets a member. An assignment to `__proto__` would change the prototype instead. */
function setMember(params: Record<string, unknown>, name: string, value: unknown): void {
  if (name !== '__proto__') params[name] = value;
  else Object.defineProperty(params, name, { value, enumerable: true, configurable: true, writable: true });
}

const defaults = new WeakMap<ObjectSchema, readonly (readonly [name: string, value: unknown])[]>();

/** Returns the defaults of a schema's properties. They are collected once per schema. */
function defaultsOf(schema: ObjectSchema): readonly (readonly [name: string, value: unknown])[] {
  const known = defaults.get(schema);
  if (known) return known;
  const found = Object.entries(schema.properties).flatMap(([name, property]) =>
    'default' in property ? [[name, property['default']] as const] : [],
  );
  defaults.set(schema, found);
  return found;
}

function unknownName(name: string, names: string[]): string {
  const meant = nearest(name, names);
  if (meant !== undefined) return `is not a parameter; did you mean ${JSON.stringify(meant)}?`;
  return names.length === 0
    ? 'is not a parameter; the tool has none'
    : `is not a parameter; the parameters are ${names.join(', ')}`;
}

function copyOf(value: unknown): unknown {
  return typeof value === 'object' && value !== null ? structuredClone(value) : value;
}

/** Returns the JSON Pointer of a top-level member. */
function pointer(name: string): string {
  return `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

function invalid(tool: Tool, details: Detail[]): GantzError {
  const [first] = details;
  const where = first?.path ? `${first.path.slice(1)} ` : '';
  const more = details.length > 1 ? `, and ${details.length - 1} more` : '';
  const signatures = Object.entries(tool.inputSchema.properties).map(([name, schema]) => {
    const type = typesOf(schema);
    return `${name}${tool.inputSchema.required.includes(name) ? '' : '?'}: ${type.length ? describeTypes(type) : 'any'}`;
  });
  return new GantzError(
    'INVALID_PARAMETERS',
    `${tool.name}: ${where}${first?.message ?? 'the parameters are invalid'}${more}`,
    {
      details,
      hint: signatures.length
        ? `${tool.name} takes ${signatures.join(', ')}`
        : `${tool.name} takes no parameters`,
    },
  );
}
