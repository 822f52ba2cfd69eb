import { accessSync, constants, statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { ToolWith } from '../invocation.ts';
import type { ScriptAction } from './script-action.ts';

/** The file that a common interpreter runs. */
const INTERPRETED =
  /(?:^|[\s;|&(`])(?:python3?|node|bun|tsx|sh|bash|zsh|dash|ruby|perl|php|source|\.)\s+(?:-\S+\s+)*["']?([\w./@+-]+)/g;

/** The folder that `cd` enters. */
const ENTERED = /(?:^|[\s;|&(`])cd\s+["']?([\w./@+-]+)/g;

/** A part of a script that may be a path. A long script has more words than are worth looking at. */
const WORD = /[\w./@+-]+/g;
const MAX_WORDS = 500;

/**
 * Returns the files that a script runs, as far as its text shows them: those of common interpreters, which need not exist, and
 * executable files with a path. Paths are relative to the folder of the script and to those that it enters.
 */
export function programFiles({ action, directory }: ToolWith<ScriptAction>): string[] {
  const written = 'shell' in action ? action.shell : [action.command, ...action.args].join(' ');
  const text = written.replaceAll(/\$PWD\/|\$\{PWD\}\//g, './');
  const folder = resolve(directory, action.workingDir ?? '');
  const folders = [folder, ...firstGroups(text, ENTERED).map((name) => resolve(folder, name))];
  const inAll = (words: readonly string[]): string[] =>
    words.flatMap((word) => folders.map((from) => resolve(from, word)));
  const paths = [...text.matchAll(WORD)].map(([word]) => word).filter((word) => word.includes('/'));
  const programs = inAll([...new Set(paths)].slice(0, MAX_WORDS)).filter(isProgram);
  return [...new Set([...inAll(firstGroups(text, INTERPRETED)), ...programs])];
}

function firstGroups(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].map(([, group = '']) => group);
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
