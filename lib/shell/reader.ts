import type { Cursor, Surroundings } from './cursor.ts';
import type { HereDocuments } from './here-documents.ts';
import type { CommandsEnd, Pipelines } from './pipelines.ts';
import type { Reason } from './reasons.ts';
import type { Interpreter, Reporter } from './reporter.ts';

/** What the functions that read a script share. Each reads what begins at the cursor, and leaves the cursor behind it. */
export type Reader = {
  readonly interpreter: Interpreter;
  readonly cursor: Cursor;
  readonly documents: HereDocuments;
  readonly pipelines: Pipelines;
  readonly assignments: Assignment[];
  /** What the checks of a command report to. */
  readonly reporter: Reporter;
  readonly input: ScriptInput;
  /** Reads an expansion, for constructs that contain one and that may be a part of one. */
  readonly expand: (surroundings: Surroundings) => void;
  /** Reads commands; `written` when they read what the command around them writes. */
  readonly commands: (ends: CommandsEnd, written?: boolean) => 'esac' | undefined;
};

/** A variable and the range of the uses in the value that is assigned to it. */
export type Assignment = { name: string; from: number; to: number; depth: number };

/** What is known about the input of the script and of the commands in it. */
export type ScriptInput = {
  /** The reason for the last input that a command parses as code and that is refused. */
  refused: Reason | undefined;
  /** The reason for the standard input of the whole script. */
  script: Reason | undefined;
  /** The uses in what `exec` makes the standard input. */
  readonly replaced: { from: number; to: number }[];
};
