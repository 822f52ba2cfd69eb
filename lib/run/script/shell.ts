import type { ObjectSchema } from '../../contract/manifest.ts';
import type { Quoting } from '../../shell/cursor.ts';
import type { Interpreter } from '../../shell/program.ts';
import { readScript } from '../../shell/read-script.ts';
import { choose, parseTemplate, renderValue, valueAt, type Piece, type Segment } from '../template.ts';
import { branchesOf } from '../branches.ts';
import {
  MarkedTexts,
  throwFirstError,
  uniqueProblems,
  type Params,
  type ScriptProblem,
} from './placeholders.ts';

/** A `shell` text with what it is read by. */
export type ShellText = {
  shell: string;
  interpreter: Interpreter;
  stdin?: string | undefined;
  schema: ObjectSchema;
};

/** Source that holds no value, and the variables, beside GANTZ_ARG_…, that it refers to. */
export type RenderedShell = {
  source: string;
  variables: Record<string, string>;
  /** The variables that the source's placeholders became. */
  uses: ReadonlySet<string>;
  /** The parameters that the text mentions. */
  mentions: ReadonlySet<string>;
};

/** The problems of a `shell` text and of its `stdin`. */
export function shellProblems(script: ShellText): ScriptProblem[] {
  const { text, input } = templatesOf(script);
  const own = text.problems.map((problem) => ({ ...problem, text: script.shell }));
  if (isOnePlaceholder(text.segments)) return [...own, ...runsTextProblems(script.shell, text.segments)];
  const branches = branchesOf([text.segments, input.segments]);
  return uniqueProblems([...own, ...branches.flatMap((pieces) => read(script, pieces).problems)]);
}

/**
 * Renders the source for one call. Values stay in variables: the same parameters, given or not, give the same source,
 * whatever they hold. Throws MANIFEST_INVALID where a placeholder cannot be made safe.
 */
export function renderShell(script: ShellText, params: Params): RenderedShell {
  const { text, input } = templatesOf(script);
  const { mentions } = text;
  throwFirstError(text.problems);
  const pieces = choose(text.segments, params);
  if (isOnePlaceholder(text.segments)) {
    const texts = pieces.map((piece) =>
      piece.kind === 'literal' ? piece.text : renderValue(valueAt(params, piece.path)),
    );
    return { source: texts.join(''), variables: {}, uses: new Set(), mentions };
  }
  const { problems, ...rendered } = read(script, [pieces, choose(input.segments, params)], params);
  throwFirstError(problems);
  return { ...rendered, mentions };
}

function templatesOf({ shell, stdin = '', schema }: ShellText) {
  const names = Object.keys(schema.properties);
  return { text: parseTemplate(shell, names), input: parseTemplate(stdin, names) };
}

/** Returns true when the text is nothing but one placeholder: the caller's text is the script. */
function isOnePlaceholder(segments: readonly Segment[]): boolean {
  const rest = segments.filter((segment) => segment.kind !== 'literal' || segment.text.trim() !== '');
  return rest.length === 1 && rest[0]?.kind === 'placeholder';
}

function runsTextProblems(source: string, segments: readonly Segment[]): ScriptProblem[] {
  return segments
    .filter((segment) => segment.kind === 'placeholder')
    .map(({ text, offset }) => ({
      severity: 'warning',
      message: `${text} is the whole script: the caller's text is run as it is`,
      hint: 'Offer it only to callers who may run anything on this machine.',
      text: source,
      offset,
      length: text.length,
    }));
}

function read(
  { shell, interpreter, stdin = '', schema }: ShellText,
  [pieces = [], inputPieces = []]: readonly (readonly Piece[])[],
  params?: Params,
): Omit<RenderedShell, 'mentions'> & { problems: ScriptProblem[] } {
  const marks = new MarkedTexts(schema, params);
  const variables: Record<string, string> = {};
  const uses = new Set<string>();
  const reference = (mark: string, quoting: Quoting) => {
    const path = marks.pathOf(mark);
    const variable = marks.variableOf(path);
    uses.add(variable);
    const value = params && valueAt(params, path);
    // What has a variable of its own is not among those that every script gets.
    if (variable.startsWith('GANTZ_FIELD_') && value !== undefined && value !== null)
      variables[variable] = renderValue(value);
    return referenceTo(variable, quoting);
  };
  const script = marks.mark(shell, pieces);
  const reading = readScript(script, { ...marks.options, interpreter, reference });
  const problems = marks.problems(reading, marks.mark(stdin, inputPieces));
  return { source: reading.source, problems, variables, uses };
}

function referenceTo(variable: string, quoting: Quoting): string {
  if (quoting === 'word') return `\${${variable}+"\${${variable}}"}`;
  return quoting === 'one-word' ? `"\${${variable}-}"` : `\${${variable}-}`;
}
