import { join } from 'node:path';
import { runInThisContext } from 'node:vm';
import type { AnyValidateFunction } from 'ajv/dist/core.js';
import type { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats/dist/formats.js';
import equal from 'ajv/dist/runtime/equal.js';
import ucs2length from 'ajv/dist/runtime/ucs2length.js';
import type { Check } from '../parameters/prebuilt.ts';
import { readCacheFile, writeCacheFile } from './file.ts';
import { nameOf } from './file-name.ts';

/** What the code of a check calls; one that calls more is not kept. */
const MODULES: Readonly<Record<string, unknown>> = {
  'ajv-formats/dist/formats': formats,
  'ajv/dist/runtime/equal': equal,
  'ajv/dist/runtime/ucs2length': ucs2length,
};

const REQUIRE = /require\("([^"]+)"\)/g;

/** The check that was kept for a schema, given by its JSON text. */
export function readCheck(folder: string, schema: string): Check | undefined {
  try {
    return loadCheck(folder, schema);
  } catch {
    // A content that is whole but makes no sense is none.
    return undefined;
  }
}

function loadCheck(folder: string, schema: string): Check | undefined {
  const content = readCacheFile(pathOf(folder, schema))?.toString();
  // The name is a digest; the schema itself stands before the code.
  if (!content?.startsWith(`${schema}\n`)) return undefined;
  const module: { exports: unknown } = { exports: undefined };
  const define = runInThisContext(
    `(function (module, exports, require) {${content.slice(schema.length)}\n})`,
  ) as (module: object, exports: object, require: (name: string) => unknown) => void;
  define(module, {}, (name) => MODULES[name]);
  return module.exports as Check;
}

/** Keeps the code of a check that was compiled with `code.source`. */
export async function keepCheck(
  folder: string,
  schema: string,
  ajv: Ajv2020,
  check: AnyValidateFunction,
): Promise<void> {
  const { default: standaloneCode } = await import('ajv/dist/standalone/index.js');
  const code = standaloneCode.default(ajv, check);
  if ([...code.matchAll(REQUIRE)].some(([, name = '']) => !Object.hasOwn(MODULES, name))) return;
  writeCacheFile(pathOf(folder, schema), Buffer.from(`${schema}\n${code}`));
}

function pathOf(folder: string, schema: string): string {
  return join(folder, 'checks', nameOf(schema));
}
