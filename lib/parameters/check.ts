import { GantzError, type Detail } from '../errors.ts';
import { nearest } from '../nearest.ts';
import type { ObjectSchema, Tool } from '../manifest/manifest.ts';
import { convertText, describeTypes, typesOf } from './convert.ts';
import { describeError } from './describe-error.ts';
import { notAnObject } from './parse.ts';
import { compileValidator, knownValidator } from './validator.ts';

/** Parameters that hold to their tool's schema, and the names that the caller gave himself. */
export type Checked = { params: Record<string, unknown>; given: ReadonlySet<string> };

/**
 * Checks a call's parameters: converts text that stands for a number or a boolean, fills defaults in, validates.
 * Throws INVALID_PARAMETERS with one detail per problem. The caller's object is left alone.
 */
export async function checkParameters(tool: Tool, input: unknown, cacheFolder?: string): Promise<Checked> {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) throw notAnObject(input);
  const schema = tool.inputSchema;
  const problems: Detail[] = [];
  const params = fill(schema, input, problems);
  const validate = knownValidator(schema) ?? (await compileValidator(schema, cacheFolder));
  const converted = new Set(problems.map(({ path }) => path));
  for (const error of validate(params) ?? []) {
    const detail = describeError(error);
    if (!converted.has(detail.path)) problems.push(detail);
  }
  if (problems.length > 0) throw invalid(tool, problems);
  return { params, given: new Set(Object.keys(input)) };
}

/** Copies the input with text converted and defaults filled in; names that the schema does not know are problems. */
function fill(
  { properties, additionalProperties }: ObjectSchema,
  input: object,
  problems: Detail[],
): Record<string, unknown> {
  const entries: [string, unknown][] = [];
  for (const [name, value] of Object.entries(input)) {
    const property = Object.hasOwn(properties, name) ? properties[name] : undefined;
    if (property) entries.push([name, convertText(value, property, pointer(name), problems)]);
    else if (additionalProperties) entries.push([name, value]);
    else problems.push({ path: pointer(name), message: unknownName(name, Object.keys(properties)) });
  }
  for (const [name, property] of Object.entries(properties)) {
    if ('default' in property && !Object.hasOwn(input, name))
      entries.push([name, structuredCloneOf(property['default'])]);
  }
  // fromEntries defines even `__proto__` as a plain member, where an assignment would not.
  return Object.fromEntries(entries);
}

function unknownName(name: string, names: string[]): string {
  const meant = nearest(name, names);
  if (meant !== undefined) return `is not a parameter; did you mean ${JSON.stringify(meant)}?`;
  return names.length === 0
    ? 'is not a parameter; there are none'
    : `is not a parameter; there are ${names.join(', ')}`;
}

function structuredCloneOf(value: unknown): unknown {
  return typeof value === 'object' && value !== null ? structuredClone(value) : value;
}

/** A member's name as a JSON Pointer. */
function pointer(name: string): string {
  return `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

function invalid(tool: Tool, details: Detail[]): GantzError {
  const [first] = details;
  const where = first?.path ? `${first.path.slice(1)} ` : '';
  const more = details.length > 1 ? `, and ${details.length - 1} more` : '';
  const names = Object.entries(tool.inputSchema.properties).map(([name, schema]) => {
    const type = typesOf(schema);
    return `${name}${tool.inputSchema.required.includes(name) ? '' : '?'}: ${type.length ? describeTypes(type) : 'any'}`;
  });
  return new GantzError(
    'INVALID_PARAMETERS',
    `${tool.name}: ${where}${first?.message ?? 'parameters are wrong'}${more}`,
    {
      details,
      hint: names.length ? `${tool.name} takes ${names.join(', ')}` : `${tool.name} takes no parameters`,
    },
  );
}
