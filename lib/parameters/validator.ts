import type { Ajv2020 } from 'ajv/dist/2020.js';
import type { JsonSchema } from '../contract/manifest.ts';
import { equalJson } from '../json/equal.ts';
import { findAmbiguous, patternsWith, runCheck, type Checkpoint } from './patterns.ts';
import { PREBUILT, type Check, type Errors } from './prebuilt.ts';

/**
 * Validates data against one schema, and fills in nested defaults. Returns the errors of ajv; undefined for valid data. It
 * returns a promise only when a pattern is matched outside of the engine of the platform. Then `checkpoint` is called every few
 * milliseconds, and ends the validation by throwing.
 */
export type Validator = (
  data: unknown,
  checkpoint?: Checkpoint,
) => Errors | undefined | Promise<Errors | undefined>;

/**
 * The options of every validator, whether it is compiled at run time or by the build. Schemas are checked when the
 * manifest is loaded. So ajv does not load the meta-schema, which takes most of its start-up time.
 */
export const AJV_OPTIONS = {
  allErrors: true,
  useDefaults: true,
  // A parameter may have the name of an inherited member, such as `toString`.
  ownProperties: true,
  strict: false,
  meta: false,
  validateSchema: false,
  logger: false,
  addUsedSchema: false,
} as const;

/** Matches the text of schemas whose keywords compare values. */
const COMPARES = /"(?:enum|const|uniqueItems)"/;

const compiled = new WeakMap<JsonSchema, Validator>();

/** Returns the validator of a schema when it was compiled before or by the build. */
export function knownValidator(schema: JsonSchema): Validator | undefined {
  const known = compiled.get(schema);
  if (known) return known;
  const text = JSON.stringify(schema);
  const make = Object.hasOwn(PREBUILT, text) ? PREBUILT[text] : undefined;
  return make && storeValidator(schema, make());
}

/**
 * Compiles a JSON Schema (draft 2020-12 with formats) with ajv, once per schema object. With `cacheFolder`, it reads
 * the compiled check from there when there is one, and writes it there otherwise.
 */
export async function compileValidator(schema: JsonSchema, cacheFolder?: string): Promise<Validator> {
  const known = knownValidator(schema);
  if (known) return known;
  const checkCache = cacheFolder === undefined ? undefined : await import('./cached-check.ts');
  const text = JSON.stringify(schema);
  const cached = cacheFolder === undefined ? undefined : checkCache?.readCheck(cacheFolder, text);
  if (cached) return storeValidator(schema, cached);
  const { Ajv2020 } = await import('ajv/dist/2020.js');
  const ambiguous = await findAmbiguous(schema);
  // The code of a cached check loads patternsWith by this name (cached-check.ts).
  const regExp =
    ambiguous &&
    Object.assign(patternsWith(ambiguous), {
      code: `require("gantz-patterns").patternsWith(${JSON.stringify(ambiguous)})`,
    });
  const code = { ...(checkCache && { source: true }), ...(regExp && { regExp }) };
  const ajv = new Ajv2020({ ...AJV_OPTIONS, code });
  if (COMPARES.test(text)) await compareAsJson(ajv);
  if (text.includes('"format"')) {
    const { default: addFormats } = await import('ajv-formats');
    addFormats.default(ajv);
    ajv.addFormat('url', (await import('./formats.ts')).isUrl);
  }
  const check = ajv.compile(schema);
  if (cacheFolder !== undefined) await checkCache?.writeCheck(cacheFolder, text, ajv, check);
  return storeValidator(schema, check);
}

/**
 * Replaces the comparison of `enum`, `const` and `uniqueItems`. That of ajv (fast-deep-equal) calls the members `valueOf` and
 * `toString` of the data, and compares their members `constructor` by identity.
 */
async function compareAsJson(ajv: Ajv2020): Promise<void> {
  const { default: equal } = await import('ajv/dist/runtime/equal.js');
  const { _ } = await import('ajv/dist/compile/codegen/index.js');
  // ajv finds its functions by key. The code of a cached check loads equalJson by this name (cached-check.ts).
  ajv.scope.value('func', {
    key: equal.default,
    ref: equalJson,
    code: _`require("gantz-equal").equalJson`,
  });
}

function storeValidator(schema: JsonSchema, check: Check): Validator {
  const validator: Validator = (data, checkpoint) => runCheck(check, data, checkpoint);
  compiled.set(schema, validator);
  return validator;
}
