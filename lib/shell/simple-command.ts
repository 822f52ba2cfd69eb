import { judgeCommand } from './command.ts';
import type { Judgement } from './judgement.ts';
import { POSITIONAL } from './names.ts';
import { EVALUATED_VARIABLE, UNSURE } from './objections.ts';
import type { Word } from './word.ts';
import type { Input } from './flow.ts';
import type { Reading } from './reading.ts';
import type { Redirected } from './redirections.ts';

/** A command without the keywords and assignments before it, read to its end. */
type SimpleCommand = Redirected & {
  words: readonly Word[];
  /** Whether what it writes goes to a command, inside of `>(…)`, that parses its input as source. */
  feeds: boolean;
};

/** Objects to what a command does with its words, and follows what it does with its input and its output. */
export function followCommand(reading: Reading, command: SimpleCommand): void {
  const { words, feeds } = command;
  if (feeds) followOutput(reading, words);
  const judgement = judgeCommand(words, reading);
  apply(reading, judgement);
  followArguments(reading, words);
  followInput(reading, command, judgement);
}

function followOutput({ cursor, flow, scope, pipelines }: Reading, words: readonly Word[]): void {
  cursor.object(pipelines.current.start, cursor.uses.length, UNSURE);
  if (words[0]?.value !== 'exec') return;
  // From here on it is all that the script writes.
  const everything = scope.input({ from: 0, to: Infinity, raw: cursor.script });
  flow.late.push({ command: undefined, ...everything });
}

function apply(reading: Reading, judgement: Judgement): void {
  const { cursor, flow, scope } = reading;
  for (const { from, to, ...objection } of judgement.objections) cursor.object(from, to, objection);
  scope.evaluates(judgement.evaluates);
  for (const { name, word } of judgement.assigns) flow.assigns(scope.scoped(name), scope.input(word));
  for (const source of judgement.sources) followSource(reading, source);
  if (judgement.renames) scope.disguise();
  for (const { chunk } of judgement.endOptionsBefore) cursor.rewrite(chunk, (written) => `-- ${written}`);
}

/** Source that is plain text: what it has evaluated is evaluated, be it a variable or one of its arguments. */
function followSource(
  { cursor, scope, evaluatedIn }: Reading,
  { text, words }: Judgement['sources'][number],
): void {
  const evaluated = evaluatedIn(text);
  scope.evaluates([...evaluated].filter((name) => !name.startsWith(POSITIONAL)));
  if (!evaluated.has(POSITIONAL)) return;
  for (const word of words) {
    cursor.object(word.from, word.to, EVALUATED_VARIABLE);
    scope.evaluates(scope.input(word).names);
  }
}

/** What the command is given matters if it is a function. */
function followArguments({ flow, scope }: Reading, [program, ...rest]: readonly Word[]): void {
  const command = program?.value;
  if (command === undefined) return;
  for (const [index, word] of rest.entries())
    flow.calls.push({ command, first: index === 0, ...scope.input(word) });
}

function followInput(
  reading: Reading,
  { words, documents, inputs }: SimpleCommand,
  judgement: Judgement,
): void {
  const { cursor, pipelines } = reading;
  const reader = readerOf(reading, words, judgement);
  for (const document of documents) document.readers.push(reader);
  for (const input of inputs) reader(input);
  if (!pipelines.piped) return;
  reader(pipelines.input(words[0]?.from ?? cursor.uses.length));
  for (const document of reading.documents.of(pipelines.current)) document.readers.push(reader);
}

/** What becomes of the input of a command. */
function readerOf(
  { cursor, flow }: Reading,
  words: readonly Word[],
  judgement: Judgement,
): (input: Input) => void {
  const command = words[0]?.value;
  // What is redirected into a compound command is read by the commands inside of it.
  const compound = words.length === 0;
  const verdict = judgement.input ?? (compound ? flow.reader : undefined);
  const names = compound ? flow.read : judgement.reads;
  if (judgement.input?.severity === 'error') {
    flow.reader = judgement.input;
    flow.readers++;
  }
  for (const name of judgement.reads) flow.read.add(name);
  const shell = command === 'exec' && words.length === 1;
  return (input) => {
    for (const { from, to, objection } of flow.give(input, verdict, names))
      cursor.object(from, to, objection);
    if (shell) flow.late.push({ command: undefined, ...input });
    else if (command !== undefined) flow.late.push({ command, ...input });
  };
}
