import type { Detail, GantzError } from '../contract/errors.ts';
import { isObject } from '../json/object.ts';
import { pointerOf } from '../json/pointer.ts';
import { nearest } from '../contract/nearest.ts';
import type { ObjectSchema, Tool } from '../contract/manifest.ts';
import { convertText, describeTypes, typesOf } from './convert.ts';
import { describeError } from './describe-error.ts';
import { invalidParameters } from './invalid.ts';
import { notAnObject } from './parse.ts';
import type { Checkpoint } from './patterns.ts';
import type { Errors } from './prebuilt.ts';
import type { Validator } from './validator.ts';

/** What has parameters: a tool, or a prompt. */
type Callee = Pick<Tool, 'name' | 'inputSchema'>;

/** Parameters that match the schema of their tool. `given` returns true for a parameter that the caller gave. */
export type CheckedParameters = { params: Record<string, unknown>; given: (name: string) => boolean };

/**
 * Checks the parameters of a call with the validator of its tool. Text for a number, a boolean, an array or an object is
 * converted, and defaults are filled in. Throws INVALID_PARAMETERS with one detail per problem. The caller's object is not
 * changed. Returns a promise only when the validator does; `checkpoint` is its argument.
 */
export function checkParameters(
  tool: Callee,
  input: unknown,
  validate: Validator,
  checkpoint?: Checkpoint,
): CheckedParameters | Promise<CheckedParameters> {
  if (!isObject(input)) throw notAnObject(input);
  const problems: Detail[] = [];
  const params = convertAndFill(tool.inputSchema, input, problems);
  const checked: CheckedParameters = { params, given: (name) => Object.hasOwn(input, name) };
  const errors = validate(params, checkpoint);
  if (!(errors instanceof Promise)) return report(tool, checked, problems, errors);
  return errors.then((found) => report(tool, checked, problems, found));
}

/** Returns the checked parameters. Throws INVALID_PARAMETERS when there are problems or errors. */
function report(
  tool: Callee,
  checked: CheckedParameters,
  problems: Detail[],
  errors: Errors | undefined,
): CheckedParameters {
  if (errors) {
    const converted = new Set(problems.map(({ path }) => path));
    const details = errors.map(describeError).filter(({ path }) => !converted.has(path));
    problems.push(...details);
  }
  if (problems.length > 0) throw invalid(tool, problems);
  return checked;
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
        convertText(value, property, () => pointerOf([name]), problems),
      );
    else if (additionalProperties) setMember(params, name, value);
    else problems.push({ path: pointerOf([name]), message: unknownName(name, Object.keys(properties)) });
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

function invalid({ name: tool, inputSchema }: Callee, details: readonly Detail[]): GantzError {
  const names = Object.entries(inputSchema.properties).map(([name, schema]) => {
    const type = typesOf(schema);
    return `${name}${inputSchema.required.includes(name) ? '' : '?'}: ${type.length ? describeTypes(type) : 'any'}`;
  });
  const hint = names.length ? `${tool} takes ${names.join(', ')}` : `${tool} takes no parameters`;
  return invalidParameters(tool, details, hint);
}
