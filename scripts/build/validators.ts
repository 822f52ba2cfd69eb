import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import standaloneCode from 'ajv/dist/standalone/index.js';
import type { Plugin } from 'esbuild';
import { BUNDLED_TOOLS } from '../../lib/generated/manifest.ts';
import { AJV_OPTIONS } from '../../lib/parameters/validator.ts';

/** Replaces lib/parameters/prebuilt.ts by the compiled validators of the parameters of the bundled tools. */
export function prebuiltValidators(root: string): Plugin {
  return {
    name: 'prebuilt-validators',
    setup(build) {
      build.onLoad({ filter: /[\\/]lib[\\/]parameters[\\/]prebuilt\.ts$/ }, () => ({
        contents: render(),
        loader: 'js',
        resolveDir: root,
      }));
    },
  };
}

function render(): string {
  // Tools with the same parameters share one validator.
  const texts = new Set(Object.values(BUNDLED_TOOLS).map((make) => JSON.stringify(make().inputSchema)));
  // Each is in a function, so that a call makes only its own.
  const rows = [...texts].map(
    (text) => `${JSON.stringify(text)}: () => {
    const module = { exports: {} };
    ${codeOf(text)}
    return module.exports;
  }`,
  );
  return `export const PREBUILT = { ${rows.join(',\n')} };`;
}

/** Returns the code of a CommonJS module whose exports are the validator of a schema. */
function codeOf(schema: string): string {
  const ajv = new Ajv2020({ ...AJV_OPTIONS, code: { source: true } });
  addFormats.default(ajv);
  return standaloneCode.default(ajv, ajv.compile(JSON.parse(schema) as object));
}
