import { join } from 'node:path';
import { runInThisContext } from 'node:vm';
import type { AnyValidateFunction } from 'ajv/dist/core.js';
import type { Ajv2020 } from 'ajv/dist/2020.js';
import ucs2length from 'ajv/dist/runtime/ucs2length.js';
import { FORMATS_MODULE } from './formats.ts';
import { patternsWith } from './patterns.ts';
import type { Check } from './prebuilt.ts';
import { readCacheFile, writeCacheFile } from '../cache/file.ts';
import { fileNameOf } from '../cache/file-name.ts';
import { equalJson } from '../json/equal.ts';

/** The modules that the code of a check may load. A check that loads any other is not cached. */
const MODULES: Readonly<Record<string, unknown>> = {
  'ajv-formats/dist/formats': FORMATS_MODULE,
  'ajv/dist/runtime/ucs2length': ucs2length,
  'gantz-equal': { equalJson },
  'gantz-patterns': { patternsWith },
};

const REQUIRE = /require\("([^"]+)"\)/g;

/** Returns the cached check for the JSON text of a schema; undefined when there is none. */
export function readCheck(folder: string, schema: string): Check | undefined {
  try {
    return loadCheck(folder, schema);
  } catch {
    // A file that is complete but cannot be loaded counts as absent.
    return undefined;
  }
}

function loadCheck(folder: string, schema: string): Check | undefined {
  const content = readCacheFile(pathOf(folder, schema))?.toString();
  // The file name is a digest of the schema. The text of the schema before the code excludes a collision.
  if (!content?.startsWith(`${schema}\n`)) return undefined;
  const module: { exports: unknown } = { exports: undefined };
  const define = runInThisContext(
    `(function (module, exports, require) {${content.slice(schema.length)}\n})`,
  ) as (module: object, exports: object, require: (name: string) => unknown) => void;
  define(module, {}, (name) => MODULES[name]);
  return module.exports as Check;
}

/** Writes the code of a check to the cache, unless it cannot be written as source. `ajv` must have the option `code.source`. */
export async function writeCheck(
  folder: string,
  schema: string,
  ajv: Ajv2020,
  check: AnyValidateFunction,
): Promise<void> {
  // In JavaScript source, this member of an object sets its prototype.
  if (schema.includes('"__proto__"')) return;
  const { default: standaloneCode } = await import('ajv/dist/standalone/index.js');
  const code = standaloneCode.default(ajv, check);
  if ([...code.matchAll(REQUIRE)].some(([, name = '']) => !Object.hasOwn(MODULES, name))) return;
  writeCacheFile(pathOf(folder, schema), Buffer.from(`${schema}\n${code}`));
}

function pathOf(folder: string, schema: string): string {
  return join(folder, 'checks', fileNameOf(schema));
}
