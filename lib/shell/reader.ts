import type { Cursor } from './cursor.ts';
import type { Interpreter, Reporter } from './program.ts';
import type { Reason } from './reasons.ts';
import type { Word } from './word.ts';

/** The position of an expansion: shells read quotes in it accordingly. */
export type Surroundings = 'word' | 'double' | 'here';

/** What a list of commands ends with: a closing parenthesis, `;;` or `esac`, or the end of the text. */
export type CommandsEnd = ')' | 'case' | 'text';

/** A pipeline: the index of its first use, and whether the command at the cursor reads from a pipe. */
export type Pipeline = { start: number };
export type PipelinePosition = { pipeline: Pipeline; piped: boolean };

/** A here-document whose delimiter was read, and whose body comes after the end of the line. */
export type HereDocument = {
  delimiter: string;
  quoted: boolean;
  strip: boolean;
  /** The piece of the output that holds the delimiter as written. */
  chunk: number;
  pipeline: Pipeline;
  /** What is reported about placeholders in the body, because of the commands that read it. */
  reasons: Reason[];
};

/** A variable and the range of the uses in the value that is assigned to it. */
export type Assignment = { name: string; from: number; to: number; depth: number };

/** What the functions that read a script share. Each reads what begins at the cursor, and leaves the cursor behind it. */
export type Reader = {
  readonly interpreter: Interpreter;
  readonly cursor: Cursor;
  /** The here-documents whose bodies are to come. */
  readonly documents: HereDocument[];
  readonly assignments: Assignment[];
  /** What the checks of a command report to. */
  readonly reporter: Reporter;
  position: PipelinePosition;
  /** The positions of the compound commands around the cursor. */
  around: PipelinePosition[];
  /** The reason for the last input that a command parses as code and that is refused. */
  refusedInput: Reason | undefined;
  /** Words that `exec` makes the standard input of the script. */
  readonly replacedInput: Word[];
  /** The reason for the standard input of the whole script. */
  scriptInput: Reason | undefined;
  /** Reads an expansion, for constructs that contain one and that may be a part of one. */
  readonly expand: (surroundings: Surroundings) => void;
  /** Reads commands, for the same; `written` when they read what the command around them writes. */
  readonly commands: (ends: CommandsEnd, written?: boolean) => 'esac' | undefined;
};
