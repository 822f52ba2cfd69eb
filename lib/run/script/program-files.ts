import { resolve } from 'node:path';
import type { ToolWith } from '../invocation.ts';
import type { ScriptAction } from './script-action.ts';

/** A program with a path, such as `./weather.sh`, or the file that a common interpreter runs. */
const PROGRAM =
  /(?:^|[\n;|&(`])\s*(?:exec\s+)?(?:(?:python3?|node|bun|tsx|sh|bash|zsh|dash|ruby|perl|php|source|\.)\s+(?:-\S+\s+)*([\w./-]+)|([\w.-]*\/[\w./-]+))/g;

/** Returns the files that a script runs, as far as its text shows them. They need not exist. */
export function programFiles({ action, directory }: ToolWith<ScriptAction>): string[] {
  const text = 'shell' in action ? action.shell : [action.command, ...action.args].join(' ');
  const folder = resolve(directory, action.workingDir ?? '');
  const words = [...text.matchAll(PROGRAM)].map(([, file, program = '']) => file ?? program);
  return [...new Set(words)].map((word) => resolve(folder, word));
}
