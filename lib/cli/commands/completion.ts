import { Argument } from 'commander';
import type { Define } from '../command.ts';
import { COMPLETION_SCRIPTS, type Shell } from '../completion/scripts.ts';

/** `gantz completion <shell>`: prints what the shell sources. */
export const define: Define = (command, { process }) => {
  command
    .addArgument(
      new Argument('<shell>', 'which shell to complete for').choices(Object.keys(COMPLETION_SCRIPTS)),
    )
    .action((shell: Shell) => void process.stdout.write(COMPLETION_SCRIPTS[shell]));
};
