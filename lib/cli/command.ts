import type { Command as CommanderCommand } from 'commander';
import type { Context } from '../contract/context.ts';
import type { CommandLineOptions } from './options.ts';

/** What a command uses: the context of every interface, and the options of the command line. */
export type CliContext = Context & {
  readonly options: CommandLineOptions;
  /** After this call, an uncaught error is written to stderr and does not end the process. Long-lived commands call it. */
  readonly surviveCrashes: () => void;
};

/** Declares a command's arguments, options and action on a commander command. */
export type Define = (command: CommanderCommand, context: CliContext) => void;

/** A row of the table of commands. */
export type Command = {
  /** The line that `gantz --help` shows. */
  readonly summary: string;
  /** True when the next word is the name of a tool and all words after that are its parameters. */
  readonly takesTool?: boolean;
  /** True when help does not list the command, because only programs use it. */
  readonly hidden?: boolean;
  /** Imports the file of the command and returns its definition. */
  readonly load: () => Promise<Define>;
};

/** The table of commands, by name. */
export type Commands = Readonly<Record<string, Command>>;
