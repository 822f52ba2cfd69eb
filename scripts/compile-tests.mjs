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

/** Leaves out modules of packages that a test names by their path, so that they find the packages beside them. */
const packagesByPath = {
  name: 'packages-by-path',
  setup({ onResolve }) {
    onResolve({ filter: /^\.\.?\/.*\/node_modules\// }, ({ path, resolveDir }) => ({
      path: resolve(resolveDir, path),
      external: true,
    }));
  },
};

/** Replaces import.meta.dirname and the like, so that compiled code finds the files beside its source. */
const sourcePaths = {
  name: 'source-paths',
  setup({ onLoad }) {
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
  plugins: [packagesByPath, sourcePaths],
});
for (const file of files) process.stdout.write(`${join(outdir, file.replace(/\.ts$/, '.mjs'))}\0`);
