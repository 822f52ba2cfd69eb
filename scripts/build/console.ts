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

const FILES = /[\\/]lib[\\/]http[\\/]console[\\/]console-files\.ts$/;

/** Replaces lib/http/console/console-files.ts by code that reads the built files from CONSOLE_PACK, when a browser first asks for them. */
export const consoleBeside: Plugin = {
  name: 'console-beside',
  setup(build) {
    build.onLoad({ filter: FILES }, () => ({
      contents: `import { readFile } from 'node:fs/promises';
        import { join } from 'node:path';
        export const loadConsoleFiles = async () => JSON.parse(await readFile(join(__dirname, '${CONSOLE_PACK}'), 'utf8'));`,
      loader: 'js',
    }));
  },
};

/** Replaces lib/http/console/console-files.ts by the built files. It is a chunk of its own, which is loaded when a browser first asks for them. */
export async function consoleInside(): Promise<Plugin> {
  const { files } = await buildConsole();
  const contents = `const files = ${JSON.stringify(files)};
    export const loadConsoleFiles = () => Promise.resolve(files);`;
  return {
    name: 'console-inside',
    setup(build) {
      build.onLoad({ filter: FILES }, () => ({ contents, loader: 'js' }));
    },
  };
}

/** The file with all files of the console, beside the program for Node. */
export const CONSOLE_PACK = 'console.pack';
