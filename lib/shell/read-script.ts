import { readCommands } from './commands.ts';
import { Cursor, type Placeholders, type Surroundings } from './cursor.ts';
import { readExpansion } from './expansions.ts';
import { HereDocuments } from './here-documents.ts';
import { Pipelines } from './pipelines.ts';
import { assignedTexts } from './programs-of.ts';
import type { Reader } from './reader.ts';
import { ARITHMETIC, EVALUATED, type Reason } from './reasons.ts';
import type { Interpreter, Reporter } from './reporter.ts';
import { reasonsForVariable, reportAssignments } from './variables.ts';
import { knownText } from './word.ts';

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
  const reader = makeReader(text, options);
  const { cursor, documents, assignments, input } = reader;
  documents.enclosed(() => reader.commands('text'));
  cursor.end();
  if (input.refused) for (const { from, to } of input.replaced) cursor.report(from, to, input.refused);
  reportAssignments(cursor.uses, { assignments, interpreter: options.interpreter });
  return {
    source: cursor.source(),
    placeholders: cursor.uses.filter(({ kind }) => kind === 'placeholder'),
    variables: cursor.uses
      .filter(({ kind, name }) => kind === 'variable' && options.watched.has(name))
      .map((use) => ({ name: use.name, reasons: reasonsForVariable(use), splits: use.splits })),
    input: input.script,
  };
}

/** The watched variables that a source of another shell evaluates. */
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

/** The grammar is recursive: functions that read a part get the functions that read a whole from the reader. */
function makeReader(text: string, options: ScriptOptions): Reader {
  const { interpreter, texts } = options;
  const cursor = new Cursor(text, options);
  const expand = (surroundings: Surroundings) => readExpansion(reader, surroundings);
  const reader: Reader = {
    interpreter,
    cursor,
    documents: new HereDocuments({ cursor, expand }),
    pipelines: new Pipelines(cursor),
    assignments: [],
    input: { refused: undefined, script: undefined, replaced: [] },
    expand,
    commands: (ends, written) => readCommands(reader, ends, written),
    reporter: {
      shell: interpreter,
      texts: (name) =>
        cursor.isPlaceholder(name)
          ? texts(name)
          : assignedTexts(text, name, (value) => cursor.hasPlaceholder(value)),
      report: reporterOf(cursor, options.watched),
      evaluates: (name, reason) => cursor.useVariable(name, reason),
      assigns: (name, { from, to }) => reader.assignments.push({ name, from, to, depth: cursor.depth }),
      endOptions: ({ chunk }) => cursor.rewrite(chunk, (written) => `-- ${written}`),
      uncertain: () => cursor.markUncertain(),
    },
  };
  return reader;
}

function reporterOf(cursor: Cursor, watched: ReadonlySet<string>): Reporter['report'] {
  return ({ from, to, parts, value }, reason) => {
    cursor.report(from, to, reason);
    // An expression names its variables without a dollar.
    if (reason === ARITHMETIC) cursor.useNames(knownText(parts), reason);
    if (reason === EVALUATED && value !== undefined)
      for (const name of evaluatedIn(value, watched)) cursor.useVariable(name, reason);
  };
}
