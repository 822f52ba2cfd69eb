import { readCommands } from './commands.ts';
import { Cursor, type Placeholders } from './cursor.ts';
import { readExpansion } from './expansions.ts';
import { enclose } from './here-documents.ts';
import type { Interpreter, Reporter } from './program.ts';
import { assignedTexts } from './programs-of.ts';
import type { Assignment, Reader } from './reader.ts';
import { ARITHMETIC, EVALUATED, type Reason } from './reasons.ts';
import { reasonsForVariable, reportAssignments } from './variables.ts';

export type ScriptOptions = Placeholders & {
  interpreter: Interpreter;
  /** Returns the texts that a placeholder may have, when they are listed; otherwise nothing. */
  texts: (placeholder: string) => readonly string[];
};

/** A script that was read. */
export type ScriptReading = {
  /** The source with a quoted reference in the place of each placeholder. */
  source: string;
  /** The placeholders in order, with what is reported about each. */
  placeholders: { name: string; reasons: Reason[] }[];
  /** The watched variables that the script evaluates itself, or uses without quotes. */
  variables: { name: string; reasons: Reason[]; splits: boolean }[];
  /** What is reported about placeholders in the standard input of the script, when a command parses it as code. */
  input: Reason | undefined;
};

/**
 * Reads shell source in which each placeholder is one private character. The reader follows quotes, substitutions,
 * here-documents and the grammar of commands. A script that it cannot follow has all of its placeholders refused.
 */
export function readScript(text: string, options: ScriptOptions): ScriptReading {
  const { interpreter, watched } = options;
  const cursor = new Cursor(text, options);
  const assignments: Assignment[] = [];
  // The grammar is recursive: functions that read a part get the functions that read a whole from the reader.
  const reader: Reader = {
    interpreter,
    cursor,
    documents: [],
    assignments,
    reporter: reporterOf(cursor, assignments, options),
    position: { pipeline: { start: 0 }, piped: false },
    around: [],
    refusedInput: undefined,
    replacedInput: [],
    scriptInput: undefined,
    expand: (surroundings) => readExpansion(reader, surroundings),
    commands: (ends, written) => readCommands(reader, ends, written),
  };
  enclose(reader, () => reader.commands('text'));
  const { refusedInput, replacedInput } = reader;
  if (refusedInput) for (const word of replacedInput) cursor.report(word, refusedInput);
  const source = cursor.end();
  reportAssignments(cursor.uses, { assignments, interpreter });
  return {
    source,
    placeholders: cursor.uses.filter(({ kind }) => kind === 'placeholder'),
    variables: cursor.uses
      .filter(({ kind, name }) => kind === 'variable' && watched.has(name))
      .map((use) => ({ ...use, reasons: reasonsForVariable(use) })),
    input: reader.scriptInput,
  };
}

/** Returns the watched variables that a source of another shell evaluates. */
export function evaluatedIn(source: string, watched: ReadonlySet<string>): string[] {
  if (![...watched].some((name) => source.includes(name))) return [];
  const { variables } = readScript(source, {
    interpreter: 'bash',
    placeholders: new Set(),
    reference: () => '',
    texts: () => [],
    watched,
  });
  return variables.filter(({ reasons }) => reasons.length > 0).map(({ name }) => name);
}

function reporterOf(
  cursor: Cursor,
  assignments: Assignment[],
  { interpreter, texts, watched }: ScriptOptions,
): Reporter {
  const script = cursor.text;
  return {
    shell: interpreter,
    texts: (name) =>
      cursor.isPlaceholder(name)
        ? texts(name)
        : assignedTexts(script, name, (value) => cursor.hasPlaceholder(value)),
    report: (word, reason) => {
      cursor.report(word, reason);
      // An expression names its variables without a dollar.
      if (reason === ARITHMETIC) cursor.useNames(word.text, reason);
      if (reason !== EVALUATED || word.value === undefined) return;
      for (const name of evaluatedIn(word.value, watched)) cursor.useVariable(name, reason);
    },
    evaluates: (name, reason) => cursor.useVariable(name, reason),
    assigns: (name, { from, to }) => assignments.push({ name, from, to, depth: cursor.depth }),
    endOptions: ({ chunk }) => {
      cursor.out[chunk] = `-- ${cursor.out[chunk] ?? ''}`;
    },
    uncertain: () => cursor.markUncertain(),
  };
}
