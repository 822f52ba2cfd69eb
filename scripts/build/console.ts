import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build, type Metafile, type Plugin } from 'esbuild';

/** A file of the console. */
export type ConsoleFile = {
  readonly type: string;
  readonly etag: string;
  /** Its bytes, compressed by gzip, as base64. */
  readonly gzip: string;
};

const ROOT = join(import.meta.dirname, '../..');

/** Builds the console: the files by their paths on the server. The same sources give the same bytes. */
export async function buildConsole(): Promise<{ files: Record<string, ConsoleFile>; metafile: Metafile }> {
  const folder = join(ROOT, 'console');
  const { outputFiles, metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints: { app: join(folder, 'main.tsx'), style: join(folder, 'style.css') },
    outdir: join(ROOT, 'dist'),
    bundle: true,
    write: false,
    platform: 'browser',
    format: 'esm',
    target: 'es2022',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    minify: true,
    legalComments: 'none',
    charset: 'utf8',
    logLevel: 'warning',
    metafile: true,
  });
  const built = (name: string): Uint8Array => {
    const file = outputFiles.find(({ path }) => path.endsWith(name));
    if (!file) throw new Error(`The build of the console has no ${name}`);
    return file.contents;
  };
  return {
    files: {
      '/': fileOf('text/html', await readFile(join(folder, 'index.html'))),
      '/console/app.js': fileOf('text/javascript', built('app.js')),
      '/console/style.css': fileOf('text/css', built('style.css')),
      '/console/icon.svg': fileOf('image/svg+xml', await readFile(join(folder, 'icon.svg'))),
    },
    metafile,
  };
}

function fileOf(type: string, bytes: Uint8Array): ConsoleFile {
  const hash = createHash('sha256').update(bytes).digest('base64url').slice(0, 22);
  return {
    type: `${type}; charset=utf-8`,
    etag: `"${hash}"`,
    gzip: gzipSync(bytes, { level: 9 }).toString('base64'),
  };
}

/**
 * Replaces lib/http/console-files.ts by code that reads the built files from one file, when a browser first asks for them.
 * `path` is the JavaScript expression of the path of that file.
 */
export function builtConsole(path: string): Plugin {
  return {
    name: 'built-console',
    setup(build) {
      build.onResolve({ filter: /\.pack$/ }, () => ({ path: CONSOLE_PACK, external: true }));
      build.onLoad({ filter: /[\\/]lib[\\/]http[\\/]console-files\.ts$/ }, () => ({
        contents: `import { readFile } from 'node:fs/promises';
          export const loadConsoleFiles = async () => JSON.parse(await readFile(${path}, 'utf8'));`,
        loader: 'js',
      }));
    },
  };
}

/** The file with all files of the console, beside the program or, in the executable, inside it. */
export const CONSOLE_PACK = './console.pack';
