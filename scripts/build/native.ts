import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { access, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build, type Metafile } from 'esbuild';
import { commonOptions } from './bundle.ts';
import { consoleInside } from './console.ts';
import { esFacades } from './es-facades.ts';

const run = promisify(execFile);

const OPTIONS = [
  'build',
  '--compile',
  '--minify',
  '--bytecode',
  '--format=esm',
  '--splitting',
  // A call is over before compiled code pays. lib/run/bun-jit.ts ends this policy where many calls are made.
  '--compile-jit-policy=8',
  // A .env or bunfig.toml in the caller's folder must have no effect; a bunfig.toml may name code to run.
  '--no-compile-autoload-dotenv',
  '--no-compile-autoload-bunfig',
  // A handler of the user can import the packages of its folder.
  '--compile-autoload-package-json',
];

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
  const modules = join(folder, `modules-${process.pid}`);
  const candidate = `${file}-${process.pid}`;
  await mkdir(folder, { recursive: true });
  await bundleInChunks(root, modules);
  const compile = async (...options: string[]): Promise<unknown> =>
    await run(compiler, [...OPTIONS, ...options, `--outfile=${candidate}`, join(modules, 'gantz.js')], {
      cwd: folder,
      env: environment(),
    });
  try {
    // The first executable records the functions that a call uses. In the second one, their bytecode is in few pages.
    await compile();
    const order = await recordOrder(candidate, modules);
    await compile(
      ...(order === undefined ? [] : [`--bytecode-order=${order}`]),
      ...(foreign ? [`--target=${foreign.name}`, `--compile-executable-path=${foreign.runtime}`] : []),
    );
    // An older processor may not support the instructions that the executable uses.
    if (!foreign) await run(candidate, ['--version'], { env: environment() });
    await rename(candidate, file);
    return undefined;
  } catch (error) {
    await rm(file, { force: true });
    await rm(candidate, { force: true });
    return `the compiler failed: ${error instanceof Error ? error.message.trim() : String(error)}`;
  } finally {
    await rm(modules, { recursive: true, force: true });
  }
}

/**
 * Runs a call that reaches no server, and returns the file with the order in which it used the functions of the program. Returns
 * undefined when the executable does not run here.
 */
async function recordOrder(executable: string, folder: string): Promise<string | undefined> {
  const file = join(folder, 'order');
  const env = {
    PATH: process.env['PATH'],
    REDIS_URL: `unix://${folder}/absent`,
    BUN_BYTECODE_ORDER_OUT: file,
  };
  // The call fails.
  await run(executable, ['-c', 'builtin:redis', 'cache', 'get', '{"key":"k"}'], { env }).catch(
    () => undefined,
  );
  return existsSync(file) ? file : undefined;
}

/**
 * Bundles the program into ES modules in `folder`, of which gantz.js is the first: a call loads only the chunks that it needs.
 * Each module begins with `banner`. It defines `require`, which CommonJS packages call for the modules of Node.
 */
export async function bundleInChunks(
  root: string,
  folder: string,
  banner = 'const require = import.meta.require;',
): Promise<Metafile> {
  const { define, plugins, ...common } = await commonOptions(root);
  const { metafile } = await build({
    ...common,
    format: 'esm',
    splitting: true,
    define: { GANTZ_BUILD: define.GANTZ_BUILD },
    banner: { js: banner },
    plugins: [esFacades, await consoleInside(), ...plugins],
    // The compiler minifies the code itself, and keeps the positions for stack traces.
    minify: false,
    entryPoints: { gantz: join(root, 'lib/start/entry.ts') },
    outdir: folder,
  });
  return metafile;
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
