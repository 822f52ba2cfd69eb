import { GantzError } from '../../errors.ts';
import type { Define } from '../command.ts';

/** The help of `gantz call`; `main` runs a call that names a tool. */
export const define: Define = (command) => {
  command
    .argument('<tool>', 'the whole name of a tool')
    .argument(
      '[parameters...]',
      `a JSON object, - for stdin, @file, and --name value flags, which override its members`,
    )
    .action(() => {
      throw new GantzError('USAGE', 'Name the tool to run', { hint: 'gantz tools lists them.' });
    });
};
