import { readFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import { build, transform } from 'esbuild';

// Compiles the test files that stdin names, one on each line, into the folder in the first argument. Prints the names of the
// compiled files, each followed by a zero byte. Compiled tests need no TypeScript loader in their processes.
const TARGET = 'node20.19';
const root = join(import.meta.dirname, '..');
const [, , outdir] = process.argv;
const files = (await text(process.stdin))
  .split('\n')
  .filter(Boolean)
  .map((file) => relative(root, resolve(root, file)));

/** Replaces import.meta.dirname and the like, so that compiled code finds the files beside its source. */
const sourcePaths = {
  name: 'source-paths',
  setup({ onLoad, onResolve }) {
    // The packages of the examples are found from their own folder only.
    onResolve({ filter: /^\..*\/node_modules\// }, ({ path, resolveDir }) => ({
      path: pathToFileURL(resolve(resolveDir, path)).href,
      external: true,
    }));
    onLoad({ filter: /\.ts$/, namespace: 'file' }, async ({ path }) => {
      const { code } = await transform(await readFile(path, 'utf8'), {
        loader: 'ts',
        target: TARGET,
        sourcefile: path,
        sourcemap: 'inline',
        define: {
          'import.meta.dirname': JSON.stringify(dirname(path)),
          'import.meta.filename': JSON.stringify(path),
          'import.meta.url': JSON.stringify(pathToFileURL(path).href),
        },
      });
      return { contents: code, loader: 'js' };
    });
  },
};

/** Packages below examples/ are not bundled, so that they find their own dependencies there. */
const examplePackages = {
  name: 'example-packages',
  setup({ onResolve }) {
    onResolve({ filter: /\/examples\/node_modules\// }, ({ path, resolveDir }) => ({
      path: resolve(resolveDir, path),
      external: true,
    }));
  },
};

await build({
  absWorkingDir: root,
  entryPoints: files,
  outdir,
  outbase: root,
  outExtension: { '.js': '.mjs' },
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: TARGET,
  packages: 'external',
  sourcemap: 'linked',
  logLevel: 'warning',
  plugins: [examplePackages, sourcePaths],
});
for (const file of files) process.stdout.write(`${join(outdir, file.replace(/\.ts$/, '.mjs'))}\0`);
