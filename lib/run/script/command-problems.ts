import { expand, expandUnset } from '../../manifest/environment.ts';
import type { ObjectSchema } from '../../contract/manifest.ts';
import { checkArguments } from '../../shell/check-arguments.ts';
import { branchesOf } from '../branches.ts';
import type { Invocation } from '../invocation.ts';
import { choose, parseTemplate, type Piece, type ProblemInTemplate } from '../template.ts';
import type { ScriptAction } from './script-action.ts';
import { MarkedTexts, uniqueProblems } from './placeholders.ts';

/**
 * The problems of a `command`: placeholders of `args` and `stdin` in text that a program parses as code. With a `call`,
 * they are those of its values and its environment.
 */
export function commandProblems(
  { command, args, stdin = '' }: Extract<ScriptAction, { command: string }>,
  schema: ObjectSchema,
  call?: Pick<Invocation, 'params' | 'environment'>,
): ProblemInTemplate[] {
  const names = Object.keys(schema.properties);
  const templates = [...args, stdin].map((text) => parseTemplate(text, names));
  // Without a placeholder, the last argument is one JSON object of all parameters.
  const appendsJson = names.length > 0 && templates.every(({ mentions }) => mentions.size === 0);
  // Before the call, a variable has its default or no known text.
  const literal = (written: string) => (call ? expand(written, call.environment) : expandUnset(written));
  const problemsIn = (pieces: readonly Piece[][]) => {
    const marks = new MarkedTexts(schema, call?.params);
    const words = args.flatMap((text, index) => {
      const given = pieces[index] ?? [];
      return given.length === 0 && text !== '' ? [] : [marks.mark(text, given, literal)];
    });
    const json: Piece = { kind: 'placeholder', path: [], text: '', offset: 0 };
    if (appendsJson) words.push(marks.mark(command, [json]));
    const input = marks.mark(stdin, pieces.at(-1) ?? [], literal);
    return marks.problems(checkArguments([literal(command), ...words], marks.options), input);
  };
  const texts = templates.map(({ segments }) => segments);
  const branches = call ? [texts.map((text) => choose(text, call.params))] : branchesOf(texts);
  return uniqueProblems(branches.flatMap(problemsIn));
}
