import { expand } from '../../manifest/environment.ts';
import type { ObjectSchema, ScriptAction } from '../../manifest/manifest.ts';
import { checkArguments } from '../../shell/check-arguments.ts';
import type { Invocation } from '../invocation.ts';
import { choose, parseTemplate, type Piece, type Template } from '../template.ts';
import { branchesOf } from '../branches.ts';
import {
  MarkedTexts,
  throwFirstError,
  uniqueProblems,
  type Params,
  type ScriptProblem,
} from './placeholders.ts';

type CommandAction = Extract<ScriptAction, { command: string }>;

/** The arguments and, as the last text, the standard input; `literal` expands the variables in what the author wrote. */
type CommandTexts = {
  schema: ObjectSchema;
  templates: readonly Template[];
  pieces: readonly Piece[][];
  literal: (written: string) => string;
  params?: Params;
};

/** The problems of a `command`: placeholders of `args` and `stdin` in text that a program parses as code. */
export function commandProblems(action: CommandAction, schema: ObjectSchema): ScriptProblem[] {
  const templates = templatesOf(action, schema);
  // A variable has its default here, or nothing: its value is known when the tool is called.
  const literal = (written: string) => expand(written.replaceAll(/:\?[^}]*\}/g, '}'), {});
  const branches = branchesOf(templates.map(({ segments }) => segments));
  return uniqueProblems(
    branches.flatMap((pieces) => problemsIn(action, { schema, templates, pieces, literal })),
  );
}

/** Throws MANIFEST_INVALID when a value of this call would become code that a shell parses. */
export function refuseCode(action: CommandAction, { tool, params, environment }: Invocation): void {
  const schema = tool.inputSchema;
  const templates = templatesOf(action, schema);
  const pieces = templates.map(({ segments }) => choose(segments, params));
  const literal = (written: string) => expand(written, environment);
  throwFirstError(problemsIn(action, { schema, templates, pieces, literal, params }));
}

function templatesOf({ args, stdin = '' }: CommandAction, schema: ObjectSchema): Template[] {
  const names = Object.keys(schema.properties);
  return [...args, stdin].map((text) => parseTemplate(text, names));
}

function problemsIn(
  { command, args, stdin = '' }: CommandAction,
  { schema, templates, pieces, literal, params }: CommandTexts,
): ScriptProblem[] {
  const marks = new MarkedTexts(schema, params);
  const words = args.flatMap((text, index) => {
    const given = pieces[index] ?? [];
    return given.length === 0 && text !== '' ? [] : [marks.mark(text, given, literal)];
  });
  const input = marks.mark(stdin, pieces.at(-1) ?? [], literal);
  // Without a placeholder, the last argument is one JSON object of all parameters.
  if (Object.keys(schema.properties).length > 0 && templates.every(({ mentions }) => mentions.size === 0))
    words.push(marks.mark(command, [{ kind: 'placeholder', path: [], text: '', offset: 0 }]));
  return marks.problems(checkArguments([literal(command), ...words], marks.options), input);
}
