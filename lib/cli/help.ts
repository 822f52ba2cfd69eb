import type { Process } from '../contract/process.ts';
import { escapeControls, styled, writePainted } from '../contract/terminal.ts';
import { wrap } from './wrap.ts';

/** Writes a page of help on stdout: coloured, and on a terminal with lines that fit its width. */
export function writeHelp({ stdout, env }: Process, page: string): void {
  const { isTTY, columns } = stdout;
  const text = isTTY && columns !== undefined ? wrap(escapeControls(page), columns) : page;
  writePainted(stdout, env, text, paintHelp);
}

/** Colours titles (`Options:`), and what stands in the first of two columns or above the second. */
function paintHelp(text: string): string {
  return text
    .replace(/^[A-Z][\w ]*:(?=$| gantz )/gm, (title) => styled('bold', title))
    .replace(
      /^( {2})(\S.*?)(?= {2,}\S|\n {6}\S)/gm,
      (_, indent: string, term: string) => `${indent}${styled('cyan', term)}`,
    );
}
