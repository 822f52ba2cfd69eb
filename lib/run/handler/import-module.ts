import { Module } from 'node:module';

type Importer = (url: string) => Promise<Record<string, unknown>>;

let importer: Importer | undefined;

/**
 * Loads a module of the user. On Node, the `import()` is in a script that Node compiles at run time, because `import()` fails
 * in code from a cache of compiled code, as the packaged program is: such code has no loader.
 */
export function importModule(url: string): Promise<Record<string, unknown>> {
  importer ??=
    'bun' in process.versions ? (address) => import(address) as ReturnType<Importer> : compileImporter();
  return importer(url);
}

function compileImporter(): Importer {
  const script = new Module('gantz-import') as Module & {
    _compile(source: string, filename: string): unknown;
  };
  script._compile('module.exports = (url) => import(url);', script.id);
  return script.exports as Importer;
}
