import { Argument } from 'commander';
import { COMPLETION_SCRIPTS } from '../../generated/completion-scripts.ts';
import type { Define } from '../command.ts';

const INSTALL = `
To install it:
  bash  add to ~/.bashrc:
          eval "$(gantz completion bash)"
  zsh   add to ~/.zshrc, after compinit:
          eval "$(gantz completion zsh)"
        when ~/.zshrc does not run it, add before that line:
          autoload -Uz compinit && compinit
  fish  run once:
          gantz completion fish > ~/.config/fish/completions/gantz.fish`;

/** `gantz completion <shell>`: prints the completion script of a shell. */
export const define: Define = (command, { process }) => {
  command
    .addArgument(new Argument('<shell>', 'the shell').choices(Object.keys(COMPLETION_SCRIPTS)))
    .addHelpText('after', INSTALL)
    .action((shell: keyof typeof COMPLETION_SCRIPTS) => void process.stdout.write(COMPLETION_SCRIPTS[shell]));
};
