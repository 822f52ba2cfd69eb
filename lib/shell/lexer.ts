import type { Interpreter } from './judgement.ts';
import { assignedIn } from './assignments.ts';
import { readCommands } from './commands.ts';
import { Cursor, type Holes, type Use } from './cursor.ts';
import { readExpansion } from './expansions.ts';
import { Flow } from './flow.ts';
import { HereDocuments } from './here-documents.ts';
import { Pipelines } from './pipelines.ts';
import type { Reading, Surroundings } from './reading.ts';
import { Scope } from './scope.ts';

/** `evaluated` are the variables whose values the source itself has evaluated. */
export type Lexed = { source: string; uses: Use[]; evaluated: ReadonlySet<string> };

type Options = Holes & {
  interpreter: Interpreter;
  /** The texts that a placeholder may have, as far as its schema lists them. */
  texts: (hole: string) => readonly string[];
};

/**
 * Reads shell source whose placeholders are single characters and writes it again with a quoted reference in the
 * place of each. It knows quotes, substitutions, here-documents and which word is what in a command; where it loses
 * the thread, every placeholder is objected to.
 */
export function lex(text: string, options: Options): Lexed {
  const reading = begin(text, options);
  const { cursor, documents, flow, commands } = reading;
  documents.enclosed(() => commands('text'));
  cursor.end();
  for (const { from, to, objection } of flow.settle()) cursor.object(from, to, objection);
  return { source: cursor.source(), uses: cursor.uses, evaluated: flow.evaluated };
}

/** Shell syntax nests in itself: here those that read a part are given those that read a whole. */
function begin(text: string, options: Options): Reading {
  const { interpreter, texts } = options;
  const cursor = new Cursor(text, options);
  const flow = new Flow(interpreter);
  const scope = new Scope({ cursor, flow });
  const expand = (surroundings: Surroundings) => readExpansion(reading, surroundings);
  const reading: Reading = {
    interpreter,
    cursor,
    flow,
    scope,
    documents: new HereDocuments({ cursor, scope, expand }),
    pipelines: new Pipelines({ cursor, scope, flow }),
    assigned: (name) =>
      cursor.isHole(name) ? texts(name) : assignedIn(text, name, (value) => cursor.hasHole(value)),
    expand,
    commands: (ends, written) => readCommands(reading, ends, written),
    evaluatedIn: (source) =>
      lex(source, { ...options, interpreter: interpreter === 'dash' ? 'sh' : interpreter }).evaluated,
  };
  return reading;
}
