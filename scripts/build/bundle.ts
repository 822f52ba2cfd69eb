import { createHash } from 'node:crypto';
import { chmod, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build, type BuildOptions, type Metafile, type Plugin } from 'esbuild';
import { trimmedRedisClient } from './redis-client.ts';
import { withoutSelfRun } from './self-run.ts';
import { prebuiltValidators } from './validators.ts';

/** What both deliverables are built with. */
export const COMMON = {
  bundle: true,
  platform: 'node',
  target: 'node20.19',
  minify: true,
  // Names are seen by people, in the stack of a bug's report.
  keepNames: false,
  legalComments: 'none',
  logLevel: 'warning',
  metafile: true,
} as const satisfies BuildOptions;

/** CommonJS has no import.meta. */
export const IMPORT_META = {
  define: { 'import.meta.url': 'importMetaUrl' },
  banner: {
    js: 'const importMetaUrl = "file://" + encodeURI(__filename).replace(/[?#]/g, encodeURIComponent);',
  },
} as const satisfies BuildOptions;

/** What both deliverables change in the sources. */
export function pluginsFor(root: string): Plugin[] {
  return [withoutSelfRun, prebuiltValidators(root), trimmedRedisClient];
}

/**
 * The package for Node in `folder`: main.cjs with everything of ours, one file for each npm package, which a call reads when
 * it needs it, and gantz.cjs, which starts them. CommonJS, because Node 20 can keep compiled code of nothing else, and
 * its loader of ES modules alone takes as long as a call may. Gives the metafiles, which say what is inside.
 */
export async function bundleForNode(root: string, folder: string): Promise<Metafile[]> {
  const common: BuildOptions = { ...COMMON, absWorkingDir: root, format: 'cjs', write: true };
  const packages = new Set<string>();
  const main = await build({
    ...common,
    entryPoints: [join(root, 'lib/entry.ts')],
    outfile: join(folder, 'main.cjs'),
    ...IMPORT_META,
    plugins: [packagesApart(packages), ...pluginsFor(root)],
  });
  const others = await Promise.all(
    [...packages].map((name) =>
      build({
        ...common,
        stdin: { contents: `module.exports = require(${JSON.stringify(name)});`, resolveDir: root },
        outfile: join(folder, fileOf(name)),
        plugins: pluginsFor(root),
      }),
    ),
  );
  const start = await build({
    ...common,
    // An old Node must be able to read the sentence that says so.
    target: 'node10',
    entryPoints: [join(root, 'lib/start/start.ts')],
    outfile: join(folder, 'gantz.cjs'),
    banner: { js: '#!/usr/bin/env node' },
    define: { BUILD: JSON.stringify(await digestOf(folder)) },
  });
  await chmod(join(folder, 'gantz.cjs'), 0o755);
  return [main, start, ...others].map(({ metafile }) => metafile).filter((file) => file !== undefined);
}

/** Leaves every npm package out of the bundle, for a file of its own. */
function packagesApart(packages: Set<string>): Plugin {
  const namespace = 'package';
  return {
    name: 'packages-apart',
    setup(build) {
      build.onResolve({ filter: /^[^./]/ }, ({ path, kind }) => {
        // What compiled validators call is small and needed by each.
        if (kind === 'entry-point' || path.startsWith('node:') || path.startsWith('ajv/dist/runtime/'))
          return undefined;
        packages.add(path);
        return { path, namespace };
      });
      build.onResolve({ filter: /^\.\//, namespace }, ({ path }) => ({ path, external: true }));
      build.onLoad({ filter: /.*/, namespace }, ({ path }) => ({
        contents: `module.exports = require(${JSON.stringify(`./${fileOf(path)}`)});`,
        loader: 'js',
      }));
    },
  };
}

function fileOf(name: string): string {
  return `${name.replace(/^@/, '').replace(/\.js$/, '').replaceAll('/', '-')}.cjs`;
}

/** One short name for what a folder's files say. */
async function digestOf(folder: string): Promise<string> {
  const hash = createHash('sha256');
  for (const name of (await readdir(folder)).sort())
    hash.update(name).update(await readFile(join(folder, name)));
  return hash.digest('hex').slice(0, 16);
}
