import { statSync } from 'node:fs';
import { join } from 'node:path';
import { GantzError } from '../../contract/errors.ts';
import type { HandlerAction } from './handler-action.ts';

const FOLDERS = ['tools', ''];
const JAVASCRIPT = ['ts', 'js', 'mjs'];

/** The files of a handler's module, in order of preference. `python` is the file of a Python module. */
export type Module = { files: readonly [string, ...string[]]; python?: string };

/** Finds the module of a handler in `tools/` or beside the manifest. Throws NOT_RUNNABLE, with the names that were tried. */
export function findModule(directory: string, action: HandlerAction): Module {
  const candidates = handlerFiles(directory, action);
  const [first, ...more] = candidates.filter((file) => !file.endsWith('.py') && isFile(file));
  if (first !== undefined) return { files: [first, ...more] };
  const python = candidates.find((file) => file.endsWith('.py') && isFile(file));
  if (python !== undefined) return { files: [python], python };
  const names = candidates.map((file) => file.slice(directory.length + 1));
  throw new GantzError(
    'NOT_RUNNABLE',
    `The handler ${action.module}.${action.function} has no file in ${directory}`,
    {
      hint: `Write one of ${names.join(', ')}.`,
    },
  );
}

/** Returns every possible file of a handler, in order of preference. The files need not exist. */
function handlerFiles(directory: string, { module, function: name }: HandlerAction): string[] {
  if (!/^[\w-]+(?:[./][\w-]+)*$/.test(module)) {
    throw new GantzError('NOT_RUNNABLE', `The handler ${module}.${name} is not the name of a module`, {
      hint: 'Write module.function. The module is a file in tools/ or beside the manifest, such as tools/module.ts.',
    });
  }
  // A dotted name is a path, as in Python: a.b is a/b.py. A file with exactly that name is found first.
  const stems = [...new Set([module, module.replaceAll('.', '/')])];
  const under = (ending: string): string[] =>
    FOLDERS.flatMap((folder) => stems.map((stem) => join(directory, folder, `${stem}.${ending}`)));
  const scripts = FOLDERS.flatMap((folder) =>
    stems.flatMap((stem) => JAVASCRIPT.map((ending) => join(directory, folder, `${stem}.${ending}`))),
  );
  return [...scripts, ...under('py')];
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}
