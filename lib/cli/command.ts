import type { Command as CommanderCommand } from 'commander';
import type { Context } from '../contract/context.ts';
import type { CommandLineOptions } from './options.ts';

/** What a command of the command line works with. */
export type CliContext = Context & {
  readonly options: CommandLineOptions;
  /** From now on an error that nobody caught is written to stderr and does not end the process. */
  readonly surviveCrashes: () => void;
};

/** Declares a command's arguments, options and action on a commander command. */
export type Define = (command: CommanderCommand, context: CliContext) => void;

/** A row of the table of commands: its line of help, and where its definition is loaded from. */
export type Command = {
  readonly summary: string;
  /** The word after the command is a tool's name, and all words after that are the tool's. */
  readonly takesTool?: boolean;
  /** Left out of help, because programs use it and people do not. */
  readonly hidden?: boolean;
  readonly load: () => Promise<Define>;
};

export type Commands = Readonly<Record<string, Command>>;
