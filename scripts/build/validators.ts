import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import standaloneCode from 'ajv/dist/standalone/index.js';
import type { Plugin } from 'esbuild';
import { BUNDLED_MANIFEST } from '../../lib/generated/manifest.ts';
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
  const ajv = new Ajv2020({ ...AJV_OPTIONS, code: { source: true, esm: true } });
  addFormats.default(ajv);
  // Tools with the same parameters share one validator.
  const texts = new Set(BUNDLED_MANIFEST.tools.map(({ inputSchema }) => JSON.stringify(inputSchema)));
  const names = [...texts].map((text, index) => {
    const name = `check${index}`;
    ajv.addSchema(JSON.parse(text) as object, name);
    return { name, text };
  });
  const code = standaloneCode.default(ajv, Object.fromEntries(names.map(({ name }) => [name, name])));
  const rows = names.map(({ name, text }) => `${JSON.stringify(text)}: ${name}`);
  return `${code}\nexport const PREBUILT = { ${rows.join(', ')} };`;
}
