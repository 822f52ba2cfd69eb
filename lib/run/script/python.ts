import { existsSync } from 'node:fs';
import { basename, delimiter, isAbsolute, join, relative, resolve } from 'node:path';

type ScriptEnvironment = Readonly<Record<string, string>>;

/** Returns true for a program that is a Python interpreter by its name: `python`, `python3`, `.venv/bin/python3.12`. */
export function isPython(program: string): boolean {
  return /^python(?:3(?:\.\d+)?)?$/.test(basename(program));
}

/**
 * Returns PYTHONPATH for a Python file below the manifest's folder: the caller's value with that folder at its end. Python
 * itself searches only the folder of the file, so `tools/cache.py` could not import `lib` beside `tools`. Returns undefined for
 * another file. `cwd` is the folder that a relative `file` starts from.
 */
export function pythonPathFor(
  file: string | undefined,
  { directory, cwd, environment }: { directory: string; cwd: string; environment: ScriptEnvironment },
): string | undefined {
  if (!file?.endsWith('.py')) return undefined;
  const path = relative(directory, resolve(cwd, file));
  if (path.startsWith('..') || isAbsolute(path)) return undefined;
  return [environment['PYTHONPATH'], directory].filter(Boolean).join(delimiter);
}

/** Returns a hint when the standard error of a Python program says that a module is missing, else undefined. */
export function missingModuleHint(
  program: string,
  stderr: string,
  environment: ScriptEnvironment,
): string | undefined {
  const [, name] = /^ModuleNotFoundError: No module named '([^']+)'\s*$/m.exec(stderr) ?? [];
  if (name === undefined) return undefined;
  const path = program.includes('/') ? program : (findOnPath(program, environment) ?? program);
  return `${path} has no module ${name}. Install it there (${path} -m pip install …), or choose another interpreter: write its path as \`command\`, such as .venv/bin/python, or put its folder first on PATH.`;
}

function findOnPath(program: string, environment: ScriptEnvironment): string | undefined {
  const folders = (environment['PATH'] ?? '').split(delimiter).filter(Boolean);
  return folders.map((folder) => join(folder, program)).find((path) => existsSync(path));
}
