import { createRequire } from 'node:module';
import type { Plugin } from 'esbuild';

const require = createRequire(import.meta.url);

/**
 * Gives each CommonJS package that the program loads by `import()` a module with named exports, as Node does. Without it,
 * esbuild makes a chunk of such a package that has only a default export.
 */
export const esFacades: Plugin = {
  name: 'es-facades',
  setup(build) {
    const namespace = 'es-facade';
    build.onResolve({ filter: /^[^./]/, namespace: 'file' }, async ({ path, kind, importer, resolveDir }) => {
      if (kind !== 'dynamic-import' || path.startsWith('node:')) return undefined;
      // As a static import, this does not come here again.
      const resolved = await build.resolve(path, { kind: 'import-statement', importer, resolveDir });
      return resolved.path.endsWith('.mjs') ? resolved : { path: resolved.path, namespace };
    });
    build.onLoad({ filter: /.*/, namespace }, ({ path }) => ({
      contents: render(path),
      loader: 'js',
      resolveDir: '/',
    }));
  },
};

function render(path: string): string {
  const names = Object.keys(require(path) as object).filter((name) => name !== 'default');
  return `const it = require(${JSON.stringify(path)});
    export default it;
    export const { ${names.join(', ')} } = it;`;
}
