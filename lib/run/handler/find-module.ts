import { statSync } from 'node:fs';
import { join } from 'node:path';
import { GantzError } from '../../contract/errors.ts';
import type { HandlerAction } from './handler-action.ts';

const FOLDERS = ['tools', ''];
const JAVASCRIPT = ['ts', 'js', 'mjs'];

/** The files that a handler's module may be, best first; `python` when it is a Python one. */
export type Module = { files: readonly [string, ...string[]]; python?: string };

/** Looks for a handler's module in `tools/` and beside the manifest; NOT_RUNNABLE with the names that were tried. */
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

/** Every file that could hold a handler, best first, whether it is there or not. */
function handlerFiles(directory: string, { module, function: name }: HandlerAction): string[] {
  if (!/^[\w-]+(?:[./][\w-]+)*$/.test(module)) {
    throw new GantzError('NOT_RUNNABLE', `The handler ${module}.${name} names no module of this manifest`, {
      hint: 'A handler is module.function; the module is a file in tools/ or beside the manifest, such as tools/module.ts.',
    });
  }
  // A dotted name is a package's module, as in Python, unless a file has that very name.
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
