import { Cursor, type Placeholders } from './cursor.ts';
import type { Interpreter, Reporter } from './program.ts';
import type { Reason } from './reasons.ts';
import type { Word } from './word.ts';

/** The place of an expansion: in a word, in double quotes or in a here-document. It determines how quotes are read. */
export type ExpansionPlace = 'word' | 'double' | 'here';

/** What a list of commands ends with: a closing parenthesis, `;;` or `esac`, or the end of the text. */
export type CommandsEnd = ')' | 'case' | 'text';

/** A pipeline, with the index of its first use, and whether the command at the cursor reads from a pipe. */
type PipelinePosition = { pipeline: { start: number }; piped: boolean };

/** A here-document whose delimiter was read. Its body begins on the next line. */
export type HereDocument = {
  delimiter: string;
  quoted: boolean;
  /** True when the shell removes the tabs before its lines. */
  strip: boolean;
  /** The index of the piece of output that contains the delimiter. */
  chunk: number;
  pipeline: { start: number };
  /** The reasons for placeholders in the body, from the commands that read it. */
  reasons: Reason[];
  /** True when `exec` makes it the standard input of the script. */
  replacesInput?: true;
};

/** A variable and the range of the uses in the value that is assigned to it. */
type Assignment = { name: string; from: number; to: number; depth: number };

/** The functions that read nested constructs. The grammar is recursive, and imports would form a cycle. */
type Grammar = {
  readExpansion: (reader: Reader, place: ExpansionPlace) => void;
  readCommands: (reader: Reader, ends: CommandsEnd, written?: boolean) => 'esac' | undefined;
};

/** The state of reading a script. Each function that reads a construct moves the cursor to its end. */
export class Reader extends Cursor {
  readonly interpreter: Interpreter;
  readonly grammar: Grammar;
  /** Receives the results of the checks of a command. */
  readonly reporter: Reporter;
  /** The here-documents whose bodies were not read yet. */
  documents: HereDocument[] = [];
  readonly assignments: Assignment[] = [];
  /** True in the words of `export` and similar commands, whose assignments are not split. */
  declares = false;
  position: PipelinePosition = { pipeline: { start: 0 }, piped: false };
  /** The positions of the compound commands that contain the cursor, the innermost last. */
  around: PipelinePosition[] = [];
  /** The reason for the last input that a command parses as code and that is refused. */
  refusedInput: Reason | undefined;
  /** The words and documents that `exec` redirects to the standard input of the script. */
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

  /** Records that a range of the uses is assigned to a variable. */
  assign(name: string, { from, to }: { from: number; to: number }): void {
    this.assignments.push({ name, from, to, depth: this.depth });
  }
}
