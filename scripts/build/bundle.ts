import { createHash } from 'node:crypto';
import { chmod, readdir, readFile, writeFile } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { join, relative } from 'node:path';
import { build, type BuildOptions, type Metafile, type Plugin } from 'esbuild';
import { buildConsole, consoleBeside, CONSOLE_PACK } from './console.ts';
import { trimmedMcpSdk } from './mcp-sdk.ts';
import { trimmedRedisClient } from './redis-client.ts';
import { withoutSelfRun } from './self-run.ts';
import { prebuiltValidators } from './validators.ts';

/** Returns the options of esbuild that both programs share. */
export async function commonOptions(
  root: string,
): Promise<BuildOptions & { metafile: true; plugins: Plugin[]; define: { GANTZ_BUILD: string } }> {
  return {
    absWorkingDir: root,
    bundle: true,
    platform: 'node',
    target: 'node20.19',
    minify: true,
    legalComments: 'none',
    logLevel: 'warning',
    metafile: true,
    define: { GANTZ_BUILD: JSON.stringify(await digestOf(root)) },
    plugins: [withoutSelfRun, prebuiltValidators(root), trimmedRedisClient, trimmedMcpSdk],
  };
}

/**
 * Builds the package for Node in `folder`: main.cjs with the modules of this project, library.cjs for programs, one file for
 * each family of npm packages, which is loaded when a call needs it, and gantz.cjs, which starts main.cjs. The files are
 * CommonJS, because Node 20 can cache compiled code only for CommonJS, and loading its loader of ES modules takes as long as a
 * whole call. Returns the metafiles of esbuild.
 */
export async function bundleForNode(root: string, folder: string): Promise<Metafile[]> {
  const shared = await commonOptions(root);
  const common = {
    ...shared,
    format: 'cjs',
    // CommonJS has no import.meta.
    define: { ...shared.define, 'import.meta.url': 'importMetaUrl' },
    plugins: [builtinsByRequire, ...shared.plugins],
  } as const satisfies BuildOptions;
  const packages = new Set<string>();
  const main = await build({
    ...common,
    entryPoints: { main: join(root, 'lib/start/entry.ts'), library: join(root, 'lib/library/library.ts') },
    outdir: folder,
    outExtension: { '.js': '.cjs' },
    banner: {
      js: 'const importMetaUrl = "file://" + encodeURI(__filename).replace(/[?#]/g, encodeURIComponent);',
    },
    plugins: [packagesApart(packages), ...common.plugins, consoleBeside],
  });
  const start = await build({
    ...common,
    // An old Node must be able to run the check of the Node version.
    target: 'node10',
    entryPoints: [join(root, 'lib/start/start.ts')],
    outfile: join(folder, 'gantz.cjs'),
    banner: { js: '#!/usr/bin/env node' },
  });
  const files = new Set([...packages].map(fileOf));
  const others = await Promise.all(
    [...files].map((file) =>
      build({
        ...common,
        stdin: {
          contents: [...packages]
            .filter((name) => fileOf(name) === file)
            .map((name) => `exports[${JSON.stringify(name)}] = () => require(${JSON.stringify(name)});`)
            .join('\n'),
          resolveDir: root,
        },
        outfile: join(folder, file),
      }),
    ),
  );
  await chmod(join(folder, 'gantz.cjs'), 0o755);
  const pages = await buildConsole();
  await writeFile(join(folder, CONSOLE_PACK), JSON.stringify(pages.files));
  return [main, start, ...others, pages].map(({ metafile }) => metafile);
}

/** Leaves every npm package out of the bundle and loads it from the file of its family. Adds its name to `packages`. */
function packagesApart(packages: Set<string>): Plugin {
  const namespace = 'package';
  return {
    name: 'packages-apart',
    setup(build) {
      build.onResolve({ filter: /^[^./]/ }, ({ path, kind, importer }) => {
        const isImportOfProject = kind !== 'entry-point' && !importer.includes('node_modules');
        if (!isImportOfProject || path.startsWith('node:') || SMALL.test(path)) return undefined;
        packages.add(path);
        return { path, namespace };
      });
      build.onResolve({ filter: /^\.\//, namespace }, ({ path }) => ({ path, external: true }));
      build.onLoad({ filter: /.*/, namespace }, ({ path }) => ({
        contents: `module.exports = require(${JSON.stringify(`./${fileOf(path)}`)})[${JSON.stringify(path)}]();`,
        loader: 'js',
      }));
    },
  };
}

/** Packages that stay in the bundle: small ones that every call or the compiled validators load. */
const SMALL = /^(ajv\/dist\/runtime\/ucs2length\.js$|ajv-formats\/dist\/formats\.js$|fastest-levenshtein$)/;

/**
 * Replaces `import('node:…')` and, in packages, `import('http')` by `require`. In CommonJS, `import()` loads the loader of ES modules, which
 * takes 10 ms, and code from a cache of compiled code has no loader.
 */
const builtinsByRequire: Plugin = {
  name: 'builtins-by-require',
  setup(build) {
    const namespace = 'builtin';
    build.onResolve({ filter: /^[a-z]/ }, ({ path, kind }) =>
      kind === 'dynamic-import' && isBuiltin(path) ? { path, namespace } : undefined,
    );
    build.onLoad({ filter: /.*/, namespace }, ({ path }) => ({
      contents: `module.exports = require(${JSON.stringify(path)});`,
    }));
  },
};

/** Returns the file of a package. Related packages share one: `@modelcontextprotocol/…`; `ajv` and `ajv-formats`. */
function fileOf(name: string): string {
  return `${/[a-z]+/.exec(name)?.[0] ?? name}.cjs`;
}

/** Returns a short hash of all sources of the program. */
async function digestOf(root: string): Promise<string> {
  const hash = createHash('sha256');
  for (const folder of ['console', 'lib', 'tools', 'scripts/build']) {
    const entries = await readdir(join(root, folder), { recursive: true, withFileTypes: true });
    const files = entries
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name));
    for (const file of files.sort()) hash.update(relative(root, file)).update(await readFile(file));
  }
  return hash
    .update(await readFile(join(root, 'package-lock.json')))
    .digest('hex')
    .slice(0, 16);
}
