import type { Command as CommanderCommand } from 'commander';
import type { Context } from '../run/open.ts';

/** Declares a command's arguments, options and action on a commander command. */
export type Define = (command: CommanderCommand, context: Context) => void;

/** A row of main's table: what help says, and where the command's definition is loaded from. */
export type Command = {
  readonly summary: string;
  /** Its first word is a tool's name, and all words after that are the tool's. */
  readonly takesTool?: boolean;
  /** Left out of help: for programs, not for people. */
  readonly hidden?: boolean;
  readonly load: () => Promise<Define>;
};

export type Commands = Readonly<Record<string, Command>>;
