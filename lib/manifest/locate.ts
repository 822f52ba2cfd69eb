import { statSync } from 'node:fs';
import path from 'node:path';
import { GantzError } from '../contract/errors.ts';
import { BUILTIN } from './bundled.ts';
import type { Location } from './load.ts';
import type { Environment } from '../contract/process.ts';

export type LocateOptions = {
  /** The value of `-c`, or of the variable. */
  config?: string | undefined;
  /** The source of `config` for messages, when it is an argument of a command. */
  by?: 'argument';
  env: Environment;
  /** Returns the current folder; called only when a name is relative to it. */
  cwd: () => string;
};

const FILE = 'gantz.yaml';

/**
 * Returns the manifest of a call: that of `-c`, else of $GANTZ_CONFIG, else ./gantz.yaml, else the bundled one. The name of
 * a folder means the gantz.yaml in it. Throws MANIFEST_NOT_FOUND when the named one does not exist.
 */
export function locateManifest({ config, by, env, cwd }: LocateOptions): Location {
  // An empty value is the same as none, as in a shell's ${GANTZ_CONFIG:-}.
  const variable = env['GANTZ_CONFIG'] || undefined;
  const name = config ?? variable;
  if (name !== undefined) return named(name, cwd, by ?? (name === variable ? 'GANTZ_CONFIG' : '-c'));
  const file = path.join(folder(cwd), FILE);
  return { file: kindOf(file) === 'file' ? file : BUILTIN };
}

/** Returns true when the manifest was not named by an option or a variable, and was found as ./gantz.yaml. */
export function isImplicit(
  { file }: Location,
  { config, env }: Pick<LocateOptions, 'config' | 'env'>,
): boolean {
  return config === undefined && !env['GANTZ_CONFIG'] && file !== BUILTIN;
}

function named(name: string, cwd: () => string, by: string): Location {
  if (name === BUILTIN) return { file: BUILTIN };
  const file = path.isAbsolute(name) ? name : path.resolve(folder(cwd), name);
  const kind = name.startsWith('builtin:') || name === '' ? undefined : kindOf(file);
  if (kind === 'file') return { file };
  const inside = path.join(file, FILE);
  if (kind === 'folder' && kindOf(inside) === 'file') return { file: inside };
  throw new GantzError(
    'MANIFEST_NOT_FOUND',
    `The manifest ${JSON.stringify(kind === 'folder' ? inside : name)}${by === 'argument' ? '' : `, which ${by} names,`} does not exist`,
    {
      hint:
        `Looked for ${kind === 'folder' ? inside : file}. ` +
        `${by === 'argument' ? '' : `-c ${BUILTIN} selects the bundled manifest; `}\`gantz init\` writes a new one.`,
    },
  );
}

function folder(cwd: () => string): string {
  try {
    return cwd();
  } catch (cause) {
    throw new GantzError('MANIFEST_NOT_FOUND', 'The current folder was deleted or cannot be entered', {
      hint: `Change to another folder, or name a manifest with -c: a full path, or ${BUILTIN}.`,
      cause,
    });
  }
}

function kindOf(file: string): 'file' | 'folder' | undefined {
  try {
    const found = statSync(file, { throwIfNoEntry: false });
    // Anything that is not a folder can be read, for example a pipe (`-c <(…)`).
    return found && (found.isDirectory() ? 'folder' : 'file');
  } catch (cause) {
    const why = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
    throw new GantzError('MANIFEST_NOT_FOUND', `Cannot look for the manifest ${file}: ${why}`, {
      hint: `Choose another manifest with -c FILE; -c ${BUILTIN} selects the bundled one.`,
      cause,
    });
  }
}
