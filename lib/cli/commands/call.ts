import { GantzError } from '../../contract/errors.ts';
import type { Define } from '../command.ts';

/** The help of `gantz call`. A call with the name of a tool is run by `runTool` and does not use this definition. */
export const define: Define = (command) => {
  command
    .argument('<tool>', 'the full name of a tool')
    .argument(
      '[parameters...]',
      'a JSON object, - (stdin) or @file, and flags (--name value), which override its members',
    )
    .action(() => {
      throw new GantzError('USAGE', 'The name of the tool is missing', {
        hint: 'gantz tools lists the tools.',
      });
    });
};
