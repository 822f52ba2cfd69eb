import type { ErrorObject } from 'ajv/dist/2020.js';
import type { JsonSchema } from '../manifest/manifest.ts';
import { PREBUILT, type Check } from './prebuilt.ts';

/** Checks data against one schema; fills nested defaults in; gives what is wrong, nothing when all is right. */
export type Validator = (data: unknown) => readonly ErrorObject[] | undefined;

/**
 * The options of every validator, built at run time or ahead of it. The schemas were checked when the manifest was
 * loaded, so the meta-schema, the greater part of ajv's start-up, stays out.
 */
export const AJV_OPTIONS = {
  allErrors: true,
  useDefaults: true,
  // A parameter may have the name of what every object inherits.
  ownProperties: true,
  strict: false,
  meta: false,
  validateSchema: false,
  logger: false,
  addUsedSchema: false,
} as const;

const compiled = new WeakMap<JsonSchema, Validator>();

/** The validator of a schema that was asked for before, or that the program was built with. */
export function knownValidator(schema: JsonSchema): Validator | undefined {
  const known = compiled.get(schema);
  if (known) return known;
  const text = JSON.stringify(schema);
  const check = Object.hasOwn(PREBUILT, text) ? PREBUILT[text] : undefined;
  return check && remember(schema, check);
}

/** Compiles a JSON Schema (draft 2020-12, formats) with ajv, once per schema object, or takes what was kept in `cacheFolder`. */
export async function compileValidator(schema: JsonSchema, cacheFolder?: string): Promise<Validator> {
  const known = knownValidator(schema);
  if (known) return known;
  const keeper = cacheFolder === undefined ? undefined : await import('../cache/check.ts');
  const text = JSON.stringify(schema);
  const kept = cacheFolder === undefined ? undefined : keeper?.readCheck(cacheFolder, text);
  if (kept) return remember(schema, kept);
  const { Ajv2020 } = await import('ajv/dist/2020.js');
  const ajv = new Ajv2020(keeper ? { ...AJV_OPTIONS, code: { source: true } } : AJV_OPTIONS);
  if (text.includes('"format"')) {
    const { default: addFormats } = await import('ajv-formats');
    addFormats.default(ajv);
  }
  const check = ajv.compile(schema);
  if (cacheFolder !== undefined) await keeper?.keepCheck(cacheFolder, text, ajv, check);
  return remember(schema, check);
}

function remember(schema: JsonSchema, check: Check): Validator {
  const validator: Validator = (data) => (check(data) ? undefined : (check.errors ?? []));
  compiled.set(schema, validator);
  return validator;
}
