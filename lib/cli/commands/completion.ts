import { Argument } from 'commander';
import { COMPLETION_SCRIPTS } from '../../generated/completion-scripts.ts';
import type { Define } from '../command.ts';

/** `gantz completion <shell>`: prints the completion script of a shell. */
export const define: Define = (command, { process }) => {
  command
    .addArgument(new Argument('<shell>', 'the shell').choices(Object.keys(COMPLETION_SCRIPTS)))
    .action((shell: keyof typeof COMPLETION_SCRIPTS) => void process.stdout.write(COMPLETION_SCRIPTS[shell]));
};
