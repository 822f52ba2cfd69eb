import { argumentVariable } from '../../manifest/argument-variable.ts';
import type { ObjectSchema } from '../../manifest/manifest.ts';
import type { Quoting } from '../../shell/cursor.ts';
import { readScript } from '../../shell/read-script.ts';
import type { Interpreter } from '../../shell/reporter.ts';
import {
  choose,
  parseTemplate,
  renderValue,
  valueAt,
  type Piece,
  type Segment,
  type Template,
} from '../template.ts';
import { branchesOf } from './branches.ts';
import {
  MarkedTexts,
  throwFirstError,
  uniqueProblems,
  variableOf,
  type Params,
  type ScriptProblem,
} from './script-problems.ts';

type ShellText = { schema: ObjectSchema; interpreter: Interpreter; stdin?: string | undefined };

/** A `shell` text, parsed once. */
export type CompiledShell = ShellText & {
  /** The problems of the text and of its `stdin`, found when they are read; a call checks its own branch alone. */
  readonly problems: readonly ScriptProblem[];
  /** The parameters that it mentions. */
  mentions: ReadonlySet<string>;
  /** True when it is nothing but one placeholder: the caller's text is the script. */
  runsText: boolean;
  text: string;
  template: Template;
  input: Template;
};

/** Source that holds no value, and the variables, beside GANTZ_ARG_…, that it refers to. */
export type RenderedShell = {
  source: string;
  variables: Record<string, string>;
  /** The variables that the source's placeholders became. */
  uses: ReadonlySet<string>;
};

/** Parses a `shell` text. */
export function compileShell(text: string, { schema, interpreter, stdin = '' }: ShellText): CompiledShell {
  const names = Object.keys(schema.properties);
  const template = parseTemplate(text, names);
  let problems: readonly ScriptProblem[] | undefined;
  const shell: CompiledShell = {
    get problems() {
      return (problems ??= findProblems(shell));
    },
    mentions: template.mentions,
    runsText: isOnePlaceholder(template.segments),
    text,
    template,
    input: parseTemplate(stdin, names),
    schema,
    interpreter,
    stdin,
  };
  return shell;
}

/**
 * Renders the source for one call. Values stay in variables: the same parameters, given or not, give the same source,
 * whatever they hold. Throws MANIFEST_INVALID where a placeholder cannot be made safe.
 */
export function renderShell(shell: CompiledShell, params: Params): RenderedShell {
  const { template, input, runsText } = shell;
  throwFirstError(template.problems);
  const pieces = choose(template.segments, params);
  if (runsText) {
    const texts = pieces.map((piece) =>
      piece.kind === 'literal' ? piece.text : renderValue(valueAt(params, piece.path)),
    );
    return { source: texts.join(''), variables: {}, uses: new Set() };
  }
  const { problems, ...rendered } = read(shell, [pieces, choose(input.segments, params)], params);
  throwFirstError(problems);
  return rendered;
}

function findProblems(shell: CompiledShell): ScriptProblem[] {
  const { text, template, input, runsText } = shell;
  const found = template.problems.map((problem) => {
    const placeholder = text.slice(problem.offset, problem.offset + problem.length);
    return { hint: '', ...problem, text, placeholder };
  });
  if (runsText) return [...found, ...runsTextProblems(text, template.segments)];
  const branches = branchesOf([template.segments, input.segments]);
  return uniqueProblems([...found, ...branches.flatMap((pieces) => read(shell, pieces).problems)]);
}

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
      hint: 'Offer it to those alone who may run anything on this machine.',
      text: source,
      offset,
      length: text.length,
      placeholder: text,
    }));
}

function read(
  { text, schema, interpreter, stdin = '' }: CompiledShell,
  [pieces = [], inputPieces = []]: readonly (readonly Piece[])[],
  params?: Params,
): RenderedShell & { problems: ScriptProblem[] } {
  const marks = new MarkedTexts(schema, params);
  const names = Object.keys(schema.properties);
  const variables: Record<string, string> = {};
  const uses = new Set<string>();
  const reference = (mark: string, quoting: Quoting) => {
    const path = marks.placeholders.get(mark)?.path ?? [];
    const variable = variableOf(path, names);
    uses.add(variable);
    const value = params && valueAt(params, path);
    const isOwn = path.length === 1 && variable === argumentVariable(path[0] ?? '');
    if (!isOwn && value !== undefined && value !== null) variables[variable] = renderValue(value);
    return referenceTo(variable, quoting);
  };
  const script = marks.mark(text, pieces);
  const reading = readScript(script, { ...marks.options, interpreter, reference });
  const input = marks.input(marks.mark(stdin, inputPieces), reading.input);
  const problems = [...marks.problems(reading), ...marks.problems(input)];
  return { source: reading.source, problems, variables, uses };
}

function referenceTo(variable: string, quoting: Quoting): string {
  switch (quoting) {
    case 'word':
      return `\${${variable}+"\${${variable}}"}`;
    case 'one-word':
      return `"\${${variable}-}"`;
    case 'double':
    case 'bare':
      return `\${${variable}-}`;
  }
}
