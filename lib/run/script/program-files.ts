import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { ToolWith } from '../invocation.ts';
import type { ScriptAction } from './script-action.ts';

/** A word that a shell runs as a program, or the file that a common interpreter runs. */
const PROGRAM =
  /(?:^|[\n;|&(`])\s*(?:(?:exec|python3?|node|bun|tsx|sh|bash|zsh|dash|ruby|perl|php|source|\.)\s+(?:-\S+\s+)*)?([\w./-]+)/g;

/** Returns the files in the folder of a script that it runs as programs, as far as its text shows them: `./weather.sh`. */
export function programFiles({ action, directory }: ToolWith<ScriptAction>): string[] {
  const text = 'shell' in action ? action.shell : [action.command, ...action.args].join(' ');
  const folder = resolve(directory, action.workingDir ?? '');
  const paths = [...text.matchAll(PROGRAM)].map(([, word = '']) => resolve(folder, word));
  return [...new Set(paths)].filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile());
}
