import { GantzError } from '../../contract/errors.ts';
import type { Define } from '../command.ts';

/** What `gantz call --help` shows; a call that names a tool never comes this way. */
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
