import { createHash } from 'node:crypto';
import { chmod, readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { build, type BuildOptions, type Metafile, type Plugin } from 'esbuild';
import { trimmedMcpSdk } from './mcp-sdk.ts';
import { trimmedRedisClient } from './redis-client.ts';
import { withoutSelfRun } from './self-run.ts';
import { prebuiltValidators } from './validators.ts';

/** What both deliverables are built with from the sources in `root`. */
export async function commonOptions(
  root: string,
): Promise<BuildOptions & { metafile: true; plugins: Plugin[] }> {
  return {
    absWorkingDir: root,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20.19',
    minify: true,
    legalComments: 'none',
    logLevel: 'warning',
    metafile: true,
    define: {
      GANTZ_BUILD: JSON.stringify(await digestOf(root)),
      // CommonJS has no import.meta.
      'import.meta.url': 'importMetaUrl',
    },
    plugins: [builtinsByRequire, withoutSelfRun, prebuiltValidators(root), trimmedRedisClient, trimmedMcpSdk],
  };
}

/** Stands at the top of a bundle of our own modules. */
export const BANNER = {
  js: 'const importMetaUrl = "file://" + encodeURI(__filename).replace(/[?#]/g, encodeURIComponent);',
};

/**
 * The package for Node in `folder`: main.cjs with everything of ours, library.cjs with what programs import, one file for
 * each npm package, which a call reads when it needs it, and gantz.cjs, which starts them. CommonJS, because Node 20 can
 * keep compiled code of nothing else, and its loader of ES modules alone takes as long as a call may. Gives the metafiles,
 * which say what is inside.
 */
export async function bundleForNode(root: string, folder: string): Promise<Metafile[]> {
  const common = await commonOptions(root);
  const packages = new Set<string>();
  const main = await build({
    ...common,
    entryPoints: { main: join(root, 'lib/start/entry.ts'), library: join(root, 'lib/library/library.ts') },
    outdir: folder,
    outExtension: { '.js': '.cjs' },
    banner: BANNER,
    plugins: [packagesApart(packages), ...common.plugins],
  });
  const start = await build({
    ...common,
    // An old Node must be able to read the sentence that says so.
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
  return [main, start, ...others].map(({ metafile }) => metafile);
}

/** Leaves every npm package out of the bundle, for a file of its family. */
function packagesApart(packages: Set<string>): Plugin {
  const namespace = 'package';
  return {
    name: 'packages-apart',
    setup(build) {
      build.onResolve({ filter: /^[^./]/ }, ({ path, kind, importer }) => {
        const ours = kind !== 'entry-point' && !importer.includes('node_modules');
        if (!ours || path.startsWith('node:') || SMALL.test(path)) return undefined;
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

/** What every call loads, and what compiled validators use: too small for a file. */
const SMALL = /^(ajv\/dist\/runtime\/|ajv-formats\/dist\/formats\.js$|fastest-levenshtein$)/;

/** `import('node:…')` as a require: in CommonJS the other would load the loader of ES modules, for ten milliseconds. */
const builtinsByRequire: Plugin = {
  name: 'builtins-by-require',
  setup(build) {
    const namespace = 'builtin';
    build.onResolve({ filter: /^node:/ }, ({ path, kind }) =>
      kind === 'dynamic-import' ? { path, namespace } : undefined,
    );
    build.onLoad({ filter: /.*/, namespace }, ({ path }) => ({
      contents: `module.exports = require(${JSON.stringify(path)});`,
    }));
  },
};

/** Packages of one family, which share much, share a file: `@modelcontextprotocol/…`; `ajv` and `ajv-formats`. */
function fileOf(name: string): string {
  return `${/[a-z]+/.exec(name)?.[0] ?? name}.cjs`;
}

/** One short name for all that the program is built from. */
async function digestOf(root: string): Promise<string> {
  const hash = createHash('sha256');
  for (const folder of ['lib', 'tools', 'scripts/build']) {
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
