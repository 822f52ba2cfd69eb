import { Cursor, type Placeholders } from './cursor.ts';
import type { Interpreter, Reporter } from './program.ts';
import type { Reason } from './reasons.ts';
import type { Word } from './word.ts';

/** The position of an expansion: shells read quotes in it accordingly. */
export type Surroundings = 'word' | 'double' | 'here';

/** What a list of commands ends with: a closing parenthesis, `;;` or `esac`, or the end of the text. */
export type CommandsEnd = ')' | 'case' | 'text';

/** A pipeline, with the index of its first use, and whether the command at the cursor reads from a pipe. */
type PipelinePosition = { pipeline: { start: number }; piped: boolean };

/** A here-document whose delimiter was read, and whose body comes after the end of the line. */
export type HereDocument = {
  delimiter: string;
  quoted: boolean;
  /** True when the tabs before its lines are not a part of it. */
  strip: boolean;
  /** The index of the piece of output that holds the delimiter as written. */
  chunk: number;
  pipeline: { start: number };
  /** What is reported about placeholders in the body, because of the commands that read it. */
  reasons: Reason[];
  replacesInput?: true;
};

/** A variable and the range of the uses in the value that is assigned to it. */
type Assignment = { name: string; from: number; to: number; depth: number };

/** The grammar is recursive: functions that read a part of a construct call these for what it contains. */
type Grammar = {
  readExpansion: (reader: Reader, surroundings: Surroundings) => void;
  readCommands: (reader: Reader, ends: CommandsEnd, written?: boolean) => 'esac' | undefined;
};

/** The state of reading a script. Each function that reads a construct leaves the cursor behind it. */
export class Reader extends Cursor {
  readonly interpreter: Interpreter;
  readonly grammar: Grammar;
  /** What the checks of a command report to. */
  readonly reporter: Reporter;
  /** The here-documents whose bodies are to come. */
  documents: HereDocument[] = [];
  readonly assignments: Assignment[] = [];
  /** True in the words of `export` and its like, whose assignments are not split. */
  declares = false;
  position: PipelinePosition = { pipeline: { start: 0 }, piped: false };
  /** The positions of the compound commands around the cursor. */
  around: PipelinePosition[] = [];
  /** The reason for the last input that a command parses as code and that is refused. */
  refusedInput: Reason | undefined;
  /** Words and documents that `exec` makes the standard input of the script. */
  readonly replacedInput: Pick<Word, 'from' | 'to'>[] = [];
  /** The reason for the standard input of the whole script. */
  scriptInput: Reason | undefined;

  constructor(
    text: string,
    options: Placeholders & { interpreter: Interpreter },
    parts: { grammar: Grammar; reporter: (reader: Reader) => Reporter },
  ) {
    super(text, options);
    this.interpreter = options.interpreter;
    this.grammar = parts.grammar;
    this.reporter = parts.reporter(this);
  }

  /** Notes that a range of the uses is assigned to a variable. */
  assign(name: string, { from, to }: { from: number; to: number }): void {
    this.assignments.push({ name, from, to, depth: this.depth });
  }
}
