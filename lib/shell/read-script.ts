import { readCommands } from './commands.ts';
import type { Placeholders, Use } from './cursor.ts';
import { readExpansion } from './expansions.ts';
import { enclose } from './here-documents.ts';
import type { Interpreter, Reporter } from './program.ts';
import { assignedTexts } from './programs-of.ts';
import { Reader } from './reader.ts';
import { ARITHMETIC, EVALUATED, UNCERTAIN, type Reason } from './reasons.ts';
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
  variables: { name: string; reasons: Reason[] }[];
  /** What is reported about placeholders in the standard input of the script, when a command parses it as code. */
  input: Reason | undefined;
};

/**
 * Reads shell source in which each placeholder is one private character. The reader follows quotes, substitutions,
 * here-documents and the grammar of commands. A script that it cannot follow has all of its placeholders refused.
 */
export function readScript(text: string, options: ScriptOptions): ScriptReading {
  const grammar = { readExpansion, readCommands };
  const reader = new Reader(text, options, { grammar, reporter: (own) => reporterOf(own, options) });
  enclose(reader, () => readCommands(reader, 'text'));
  const { refusedInput, replacedInput, uses } = reader;
  if (refusedInput) for (const word of replacedInput) reader.report(word, refusedInput);
  const source = reader.end();
  reportAssignments(reader);
  return { source, ...resultOf(uses, options.watched), input: reader.scriptInput };
}

/** Returns the placeholders and the watched variables among the uses, with what is reported about them. */
export function resultOf(
  uses: readonly Use[],
  watched: ReadonlySet<string>,
): Pick<ScriptReading, 'placeholders' | 'variables'> {
  const variables = uses.filter(({ kind, name }) => kind === 'variable' && watched.has(name));
  return {
    placeholders: uses.filter(({ kind }) => kind === 'placeholder'),
    // A variable that the author wrote, in a script that is not read with certainty, is the author's code.
    variables: variables.map((use) => ({
      name: use.name,
      reasons: reasonsForVariable(use).filter((reason) => reason !== UNCERTAIN),
    })),
  };
}

/** Returns the watched variables that a source of another shell evaluates. */
export function evaluatedIn(source: string, watched: ReadonlySet<string>): string[] {
  if (![...watched].some((name) => source.includes(name))) return [];
  const noPlaceholders = { placeholders: new Set<string>(), reference: () => '', texts: () => [] };
  const { variables } = readScript(source, { ...noPlaceholders, interpreter: 'bash', watched });
  return variables
    .filter(({ reasons }) => reasons.some(({ severity }) => severity === 'error'))
    .map(({ name }) => name);
}

function reporterOf(reader: Reader, { interpreter, texts, watched }: ScriptOptions): Reporter {
  const script = reader.text;
  return {
    shell: interpreter,
    texts: (name) =>
      reader.isPlaceholder(name)
        ? texts(name)
        : assignedTexts(script, name, (value) => reader.hasPlaceholder(value)),
    report: (word, reason) => {
      reader.report(word, reason);
      // An expression names its variables without a dollar.
      if (reason === ARITHMETIC) reader.useNames(word.text, reason);
      if (reason !== EVALUATED || word.value === undefined) return;
      for (const name of evaluatedIn(word.value, watched)) reader.useVariable(name, reason);
    },
    evaluates: (name, reason) => reader.useVariable(name, reason),
    assigns: (name, word) => reader.assign(name, word),
    endOptions: ({ chunk }) => {
      reader.out[chunk] = `-- ${reader.out[chunk] ?? ''}`;
    },
    uncertain: () => reader.markUncertain(),
  };
}
