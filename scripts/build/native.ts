import { execFile } from 'node:child_process';
import { access, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { BANNER, commonOptions } from './bundle.ts';
import { buildConsole, builtConsole, CONSOLE_PACK } from './console.ts';

const run = promisify(execFile);

/** Another platform: the compiler's name for it, and the path of its runtime. */
export type ForeignTarget = { name: string; runtime: string };

/**
 * Compiles the native executable `file` with the compiler that npm installed for this platform, for this platform or for
 * `foreign`. Returns the reason when there can be no executable: no compiler, or a processor that its programs do not run on.
 */
export async function compileNative(
  root: string,
  file: string,
  foreign?: ForeignTarget,
): Promise<string | undefined> {
  const compiler = await findCompiler(root);
  if (!compiler) return `there is no compiler for ${process.platform} ${process.arch}`;
  const folder = join(file, '..');
  const bundle = join(folder, `main-${process.pid}.cjs`);
  const candidate = `${file}-${process.pid}`;
  await mkdir(folder, { recursive: true });
  const pack = join(folder, CONSOLE_PACK);
  await writeFile(pack, JSON.stringify((await buildConsole()).files));
  const common = await commonOptions(root);
  await build({
    ...common,
    // The compiler minifies the code itself, and keeps the positions for stack traces.
    minify: false,
    entryPoints: [join(root, 'lib/start/entry.ts')],
    outfile: bundle,
    banner: BANNER,
    // The compiler puts the file into the executable and replaces `require` by its path there.
    plugins: [...common.plugins, builtConsole(`require('${CONSOLE_PACK}')`)],
  });
  const options = [
    'build',
    '--compile',
    '--minify',
    '--bytecode',
    // CommonJS starts 4 ms sooner, because its imports need no analysis.
    '--format=cjs',
    '--loader=.pack:file',
    // A .env or bunfig.toml in the caller's folder must have no effect; a bunfig.toml may name code to run.
    '--no-compile-autoload-dotenv',
    '--no-compile-autoload-bunfig',
    // A handler of the user can import the packages of its folder.
    '--compile-autoload-package-json',
    ...(foreign ? [`--target=${foreign.name}`, `--compile-executable-path=${foreign.runtime}`] : []),
    `--outfile=${candidate}`,
    bundle,
  ];
  try {
    await run(compiler, options, { cwd: folder, env: environment() });
    // An older processor may not support the instructions that the executable uses.
    if (!foreign) await run(candidate, ['--version'], { env: environment() });
    await rename(candidate, file);
    return undefined;
  } catch (error) {
    await rm(file, { force: true });
    await rm(candidate, { force: true });
    return `the compiler failed: ${error instanceof Error ? error.message.trim() : String(error)}`;
  } finally {
    await rm(bundle, { force: true });
    await rm(pack, { force: true });
  }
}

/** Returns the path of the compiler that npm installed for this platform, or undefined. */
async function findCompiler(root: string): Promise<string | undefined> {
  const folder = join(root, 'node_modules/@oven');
  const packages = await readdir(folder).catch(() => []);
  for (const name of packages) {
    const compiler = join(folder, name, 'bin/bun');
    if (
      name.includes(process.platform) &&
      (await access(compiler).then(
        () => true,
        () => false,
      ))
    )
      return compiler;
  }
  return undefined;
}

/** Returns the caller's environment without the variables that change the behaviour of the compiler. */
function environment(): NodeJS.ProcessEnv {
  return { ...process.env, BUN_OPTIONS: undefined, BUN_BE_BUN: undefined };
}
