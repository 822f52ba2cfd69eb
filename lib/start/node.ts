/**
 * Starts the program on Node with compiled code from the user's cache folder. Compiling takes a third of the time of a
 * call. In Node 20 only node:vm can load compiled code, so this module runs the bundled files through it.
 */
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { constants, Script } from 'node:vm';
import { BUILD } from '../contract/build.ts';
import { readCacheFile, writeCacheFile } from '../cache/file.ts';
import { cacheFolder } from '../cache/folder.ts';

/** A CommonJS module as a function. */
type ModuleFunction = (
  exports: object,
  require: (name: string) => unknown,
  module: { exports: object },
  filename: string,
  dirname: string,
) => void;

/**
 * Runs main.cjs of a folder. It loads the other files of the folder when it needs them. `requireBuiltin` loads the
 * modules of Node.
 */
export function main(folder: string, requireBuiltin: (name: string) => unknown): void {
  const caches = cacheFolder(process.env, BUILD);
  const codeFolder = caches && join(caches, 'code');
  /** The scripts that were loaded, by the path of their compiled code. */
  const scripts = new Map<string, Script>();
  const loaded = new Map<string, { exports: object }>();
  /** True when a script had no usable compiled code. */
  let compiledAny = false;

  function load(name: string): object {
    const known = loaded.get(name);
    if (known) return known.exports;
    const filename = join(folder, name);
    // The bundler writes only ASCII, and latin1 is the fastest encoding to read it.
    const source = readFileSync(filename, 'latin1');
    const cachePath = codeFolder && join(codeFolder, cacheNameOf(filename, name));
    const cachedData = cachePath && readCacheFile(cachePath);
    const script = new Script(`(function (exports, require, module, __filename, __dirname) {${source}\n})`, {
      filename,
      ...(cachedData && { cachedData }),
      importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
    });
    if (!cachedData || script.cachedDataRejected) compiledAny = true;
    if (cachePath) scripts.set(cachePath, script);
    const module = { exports: {} };
    loaded.set(name, module);
    const run = script.runInThisContext() as ModuleFunction;
    run(module.exports, require, module, filename, folder);
    return module.exports;
  }

  function require(name: string): unknown {
    return name.startsWith('./') ? load(name.slice(2)) : requireBuiltin(name);
  }

  if (codeFolder) {
    process.once('exit', () => {
      // When one script is new, all are written again: the call used other functions, so more of each script is compiled.
      if (compiledAny)
        for (const [cachePath, script] of scripts) writeCacheFile(cachePath, script.createCachedData());
    });
  }
  load('main.cjs');
}

/**
 * Returns a name with the modification time of the file. V8 compares only the length of a source, so it would not
 * notice every change.
 */
function cacheNameOf(filename: string, name: string): string {
  return `${name}-${Math.round(statSync(filename).mtimeMs).toString(36)}`;
}
