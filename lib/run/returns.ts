import type { Result } from '../contract/envelope.ts';
import { GantzError, type Detail, type Outcome } from '../contract/errors.ts';
import type { ObjectSchema, Tool } from '../contract/manifest.ts';
import { isObject, kindOf } from '../json/object.ts';
import { parseJson } from '../json/parse.ts';
import { describeError } from '../parameters/describe-error.ts';
import type { Checkpoint } from '../parameters/patterns.ts';
import { compileValidator, type Validator } from '../parameters/validator.ts';
import { outputOf, type ActionOutput } from './action-output.ts';
import { quoteLongNumbers } from './http/extract.ts';

/**
 * Gives the result of an action the shape that the tool's `returns` declares, and checks it. An object that the action
 * produced becomes the fields of the result. Any other value, and text, becomes the one declared field. Throws
 * RETURNS_MISMATCH when no form of the result matches: the action ran, so its outcome is `applied`, or `none` for a tool with
 * readOnlyHint. `cacheFolder` is the folder for compiled schemas. `checkpoint` ends a
 * long check by throwing.
 */
export async function shapeResult(
  tool: Pick<Tool, 'name' | 'annotations'>,
  schema: ObjectSchema,
  result: Result,
  cacheFolder?: string,
  checkpoint?: Checkpoint,
): Promise<Result> {
  const validate = await compileValidator(schema, cacheFolder);
  const output = outputOf(result);
  let details: readonly Detail[] | undefined;
  for (const form of output ? formsOf(output, result, schema) : [result]) {
    const checked = await check(form, validate, checkpoint);
    if ('fields' in checked) return checked.fields;
    details ??= checked.details;
  }
  details ??= [{ path: '', message: `must be an object with these fields, not ${describe(output)}` }];
  throw mismatch(tool, schema, details, result);
}

/** Returns the forms that a value can have as a result, in the order in which they are tried. */
function formsOf(output: ActionOutput, result: Result, schema: ObjectSchema): Result[] {
  const { fields = {} } = output;
  const names = Object.keys(schema.properties);
  const values = valuesOf(output);
  const [value] = values;
  const spread = isObject(value) ? [{ ...fields, ...value }] : [];
  const field = onlyField(schema, fields);
  const single = field === undefined ? [] : values.map((one) => ({ [field]: one, ...fields }));
  const unchanged = names.some((name) => Object.hasOwn(result, name)) ? [result] : [];
  // `returns` may name the field `result` itself. An object without such a member is then its value.
  const isResultDeclared = names.includes('result') && !(isObject(value) && Object.hasOwn(value, 'result'));
  if (isResultDeclared || !isObject(value)) return [...unchanged, ...spread, ...single];
  return [...spread, ...single, ...unchanged];
}

/** Returns the JSON value, the text, and the JSON value of a text that is one number, boolean or null. */
function valuesOf(output: ActionOutput): unknown[] {
  if ('json' in output) return output.text === undefined ? [output.json] : [output.json, output.text];
  const text = output.text.replace(/^\uFEFF/, '');
  const parsed = parseJson(text);
  if ('value' in parsed) return [output.text, parsed.value];
  // Numbers that a double would round are kept as strings of their digits.
  const isStructure = parsed.problem === 'digits' && /^\s*[[{]/.test(text);
  return isStructure ? [JSON.parse(quoteLongNumbers(text)), output.text] : [output.text];
}

/** Returns the declared field for a value that is not an object: the one that is required, else the only one. */
function onlyField({ properties, required }: ObjectSchema, fields: Result): string | undefined {
  const names = Object.keys(properties).filter((name) => !Object.hasOwn(fields, name));
  const needed = names.filter((name) => required.includes(name));
  const [name, ...others] = needed.length > 0 ? needed : names;
  return others.length === 0 ? name : undefined;
}

/** Checks fields as an envelope. A member `success` must be true there; it is not a field of the result. */
async function check(
  form: Result,
  validate: Validator,
  checkpoint?: Checkpoint,
): Promise<{ fields: Result } | { details: readonly Detail[] }> {
  if (Object.hasOwn(form, 'success') && form['success'] !== true)
    return { details: [{ path: '/success', message: 'must be true' }] };
  const envelope: Result = { ...form, success: true };
  const errors = await validate(envelope, checkpoint);
  if (errors) return { details: errors.map(describeError) };
  const { success: _, ...fields } = envelope;
  return { fields };
}

/** Returns the outcome of a call whose action ran. */
export function outcomeOf({ annotations }: Pick<Tool, 'annotations'>): Outcome {
  return annotations.readOnlyHint === true ? 'none' : 'applied';
}

/** Describes a value that is not an object, for a message. */
function describe(output: ActionOutput | undefined): string {
  return output && 'json' in output ? kindOf(output.json) : 'text';
}

function mismatch(
  { name, annotations }: Pick<Tool, 'name' | 'annotations'>,
  { properties }: ObjectSchema,
  details: readonly Detail[],
  returned: Result,
): GantzError {
  const [first] = details;
  const problem = `${first?.path ? first.path.slice(1) : 'it'} ${first?.message ?? 'is not valid'}`;
  const more = details.length > 1 ? `, and ${details.length - 1} more` : '';
  return new GantzError(
    'RETURNS_MISMATCH',
    `${name}: the result does not match \`returns\`: ${problem}${more}`,
    {
      outcome: outcomeOf({ annotations }),
      hint: `Make the action return ${Object.keys(properties).join(', ')} as \`returns\` declares, or change \`returns\` in the manifest.`,
      details,
      fields: { returned },
    },
  );
}
