/**
 * Starts the program on Node with compiled code from the user's cache folder. Compiling is a third of what a call costs, and
 * Node 20 keeps compiled code only for scripts that run through node:vm.
 */
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { constants, Script } from 'node:vm';
import { BUILD } from '../build.ts';
import { readCacheFile, writeCacheFile } from '../cache/file.ts';
import { cacheFolder } from '../cache/folder.ts';

type Wrapper = (
  exports: object,
  require: (name: string) => unknown,
  module: { exports: object },
  filename: string,
  dirname: string,
) => void;

/** Runs main.cjs of a folder, which reads the other files there when it needs them; `requireBuiltin` gives it node's own. */
export function main(folder: string, requireBuiltin: (name: string) => unknown): void {
  const caches = cacheFolder(process.env, BUILD);
  const kept = caches && join(caches, 'code');
  /** The scripts that were loaded, by where their compiled code is kept. */
  const scripts = new Map<string, Script>();
  const loaded = new Map<string, { exports: object }>();
  let compiledAny = false;

  function load(name: string): object {
    const known = loaded.get(name);
    if (known) return known.exports;
    const filename = join(folder, name);
    // The bundler writes nothing but ASCII, which this reads fastest.
    const source = readFileSync(filename, 'latin1');
    const place = kept && join(kept, placeOf(filename, name));
    const cachedData = place && readCacheFile(place);
    const script = new Script(`(function (exports, require, module, __filename, __dirname) {${source}\n})`, {
      filename,
      ...(cachedData && { cachedData }),
      importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
    });
    if (!cachedData || script.cachedDataRejected) compiledAny = true;
    if (place) scripts.set(place, script);
    const module = { exports: {} };
    loaded.set(name, module);
    const run = script.runInThisContext() as Wrapper;
    run(module.exports, require, module, filename, folder);
    return module.exports;
  }

  function require(name: string): unknown {
    return name.startsWith('./') ? load(name.slice(2)) : requireBuiltin(name);
  }

  if (kept) {
    process.once('exit', () => {
      // All are kept again when one is new: it was another kind of call, which compiled more of the others, too.
      if (compiledAny)
        for (const [place, script] of scripts) writeCacheFile(place, script.createCachedData());
    });
  }
  load('main.cjs');
}

/** V8 compares no more than the length of a source; one that was changed in its place has another time. */
function placeOf(filename: string, name: string): string {
  return `${name}-${Math.round(statSync(filename).mtimeMs).toString(36)}`;
}
