import { GantzError } from '../../errors.ts';
import { argumentVariable } from '../../manifest/argument-variable.ts';
import type { ObjectSchema } from '../../manifest/manifest.ts';
import {
  choose,
  parseTemplate,
  renderValue,
  valueAt,
  type Piece,
  type Placeholder,
  type Segment,
  type Template,
} from '../template.ts';
import { isHarmless, isPlain, listed } from './harmless.ts';
import type { Interpreter } from '../../shell/judgement.ts';
import type { Place } from '../../shell/cursor.ts';
import { lex, type Lexed } from '../../shell/lexer.ts';

/** One finding about a `shell` text; `offset` and `length` mark the tag, `placeholder` is it as written. */
export type ShellProblem = {
  severity: 'error' | 'warning';
  message: string;
  hint: string;
  offset: number;
  length: number;
  placeholder: string;
};

/** A `shell` text, read and judged. */
export type CompiledShell = {
  /** Found when they are asked for; a call looks at its own reading of the script alone. */
  readonly problems: readonly ShellProblem[];
  /** The parameters that it mentions. */
  mentions: ReadonlySet<string>;
  /** It is nothing but one placeholder: the caller's text is the script. */
  runsText: boolean;
  readonly template: Template;
  readonly schema: ObjectSchema;
  readonly interpreter: Interpreter;
};

/** Source that holds no value, and the variables, beside GANTZ_ARG_…, that it refers to. */
export type RenderedShell = {
  source: string;
  variables: Record<string, string>;
  /** The GANTZ_ARG_ variables that the source's placeholders became. */
  uses: ReadonlySet<string>;
};

type Options = { schema: ObjectSchema; interpreter: Interpreter };

// Conditions double the readings of a script; beyond this many, each is tried both ways and not every combination.
const MOST_CONDITIONS = 6;

/** Reads a `shell` text and finds every placeholder that stands where no quoting could keep its value from being parsed. */
export function compileShell(text: string, { schema, interpreter }: Options): CompiledShell {
  const template = parseTemplate(text, Object.keys(schema.properties));
  const runsText = isOnePlaceholder(template.segments);
  let problems: readonly ShellProblem[] | undefined;
  return {
    get problems() {
      return (problems ??= findProblems(text, template, { schema, interpreter }));
    },
    mentions: template.mentions,
    runsText,
    template,
    schema,
    interpreter,
  };
}

/**
 * The source for one call. Values stay in variables: the same parameters, given or not, give the same source,
 * whatever they hold. MANIFEST_INVALID where a placeholder cannot be made safe.
 */
export function renderShell(shell: CompiledShell, params: Readonly<Record<string, unknown>>): RenderedShell {
  const { template, schema, interpreter, runsText } = shell;
  const failed = template.problems.find(({ severity }) => severity === 'error');
  if (failed) throw refusal(failed.message, failed.hint);
  const pieces = choose(template.segments, params);
  if (runsText) {
    const source = pieces.map((piece) =>
      piece.kind === 'literal' ? piece.text : renderValue(valueAt(params, piece.path)),
    );
    return { source: source.join(''), variables: {}, uses: new Set() };
  }
  const reading = read(pieces, { schema, interpreter }, params);
  const refused = reading.problems.find(({ severity }) => severity === 'error');
  if (refused) throw refusal(refused.message, refused.hint);
  return { source: reading.source, variables: reading.variables, uses: reading.uses };
}

function refusal(message: string, hint: string | undefined): GantzError {
  return new GantzError('MANIFEST_INVALID', message, hint ? { hint } : {});
}

function findProblems(text: string, { segments, problems }: Template, options: Options): ShellProblem[] {
  const found: ShellProblem[] = problems.map((problem) => ({
    ...problem,
    hint: problem.hint ?? '',
    placeholder: text.slice(problem.offset, problem.offset + problem.length),
  }));
  if (isOnePlaceholder(segments)) return [...found, ...runsTextProblems(segments)];
  return unique([...found, ...readings(segments).flatMap((pieces) => read(pieces, options).problems)]);
}

function isOnePlaceholder(segments: readonly Segment[]): boolean {
  const rest = segments.filter((segment) => segment.kind !== 'literal' || segment.text.trim() !== '');
  return rest.length === 1 && rest[0]?.kind === 'placeholder';
}

function runsTextProblems(segments: readonly Segment[]): ShellProblem[] {
  return segments
    .filter((segment) => segment.kind === 'placeholder')
    .map(({ text, offset }) => ({
      severity: 'warning',
      message: `${text} is the whole script: the caller's text is run as it is`,
      hint: 'Offer it to those alone who may run anything on this machine.',
      offset,
      length: text.length,
      placeholder: text,
    }));
}

/** The source, read with its placeholders as characters of a kind that the text itself does not use. */
function read(
  pieces: readonly Piece[],
  { schema, interpreter }: Options,
  params?: Readonly<Record<string, unknown>>,
): { source: string; problems: ShellProblem[]; variables: Record<string, string>; uses: Set<string> } {
  const literals = pieces.map((piece) => (piece.kind === 'literal' ? piece.text : '')).join('');
  const holes = new Map<string, Placeholder>();
  let code = 0xe000;
  const marked = pieces.map((piece) => {
    if (piece.kind === 'literal') return piece.text;
    while (literals.includes(String.fromCharCode(code))) code++;
    if (code > 0xf8ff) throw refusal('The script holds more placeholders than can be told apart', undefined);
    const hole = String.fromCharCode(code++);
    holes.set(hole, piece);
    return hole;
  });
  const names = Object.keys(schema.properties);
  const variables: Record<string, string> = {};
  const uses = new Set<string>();
  const variableNames = new Map<string, string>();
  const reference = (hole: string, place: Place) => {
    const path = holes.get(hole)?.path ?? [];
    const key = path.join('\0');
    const variable = variableNames.get(key) ?? variableOf(path, names);
    variableNames.set(key, variable);
    uses.add(variable);
    const value = params && valueAt(params, path);
    if (path.length > 1 || variable !== argumentVariable(path[0] ?? '')) {
      if (value !== undefined && value !== null) variables[variable] = renderValue(value);
    }
    switch (place) {
      case 'word':
        return `\${${variable}+"\${${variable}}"}`;
      case 'one-word':
        return `"\${${variable}-}"`;
      case 'double':
      case 'bare':
        return `\${${variable}-}`;
    }
  };
  const texts = (hole: string) => listed(schema, holes.get(hole)?.path ?? []).map(renderValue);
  const lexed = lex(marked.join(''), { interpreter, holes: new Set(holes.keys()), texts, reference });
  const harmless = ({ path }: Pick<Placeholder, 'path'>) =>
    isHarmless(schema, path) && (params === undefined || isPlain(valueAt(params, path)));
  const own = names
    .filter((name) => lexed.evaluated.has(argumentVariable(name)) && !harmless({ path: [name] }))
    .flatMap((name) => ownUse(argumentVariable(name), pieces));
  const problems = [...describe(lexed, holes, names, harmless), ...own];
  return { source: lexed.source, problems, variables, uses };
}

/** What is to be said of a script that has the variable of a parameter evaluated. */
function ownUse(variable: string, pieces: readonly Piece[]): ShellProblem[] {
  const piece = pieces.find(({ kind, text }) => kind === 'literal' && text.includes(variable));
  if (!piece) return [];
  return [
    {
      severity: 'error',
      message: `$${variable} is evaluated by the shell`,
      hint: 'Give the parameter the type integer, number or boolean, or an enum of plain words.',
      offset: piece.offset + piece.text.indexOf(variable),
      length: variable.length,
      placeholder: variable,
    },
  ];
}

function describe(
  { uses }: Lexed,
  holes: ReadonlyMap<string, Placeholder>,
  names: readonly string[],
  harmless: (placeholder: Placeholder) => boolean,
): ShellProblem[] {
  return uses.flatMap(({ hole, objections }) => {
    const placeholder = holes.get(hole);
    if (!placeholder || objections.length === 0) return [];
    const { text, offset, path } = placeholder;
    const named = (hint: string) =>
      hint.replaceAll('GANTZ_ARG_X', variableOf(path.slice(0, 1), names)).replaceAll('{{x}}', text);
    const valid = harmless(placeholder) ? objections.filter(({ always }) => always) : objections;
    // What is refused needs no warning.
    const errors = valid.filter(({ severity }) => severity === 'error');
    return (errors.length > 0 ? errors : valid).map(({ severity, message, hint }) => ({
      severity,
      message: `${text} ${message}`,
      hint: named(hint),
      offset,
      length: text.length,
      placeholder: text,
    }));
  });
}

/** The variable that carries a placeholder's text; a field, or a name that two parameters would share, has its own. */
function variableOf(path: readonly string[], names: readonly string[]): string {
  const [name = ''] = path;
  const variable = argumentVariable(name);
  if (path.length === 1 && !names.some((other) => other !== name && argumentVariable(other) === variable))
    return variable;
  return `GANTZ_FIELD_${Buffer.from(JSON.stringify(path)).toString('hex').toUpperCase()}`;
}

/** The readings of a script: one per combination of what its conditions may be. */
function readings(segments: readonly Segment[]): Piece[][] {
  const paths = new Map<string, readonly string[]>();
  const visit = (inner: readonly Segment[]) => {
    for (const segment of inner) {
      if (segment.kind !== 'if') continue;
      paths.set(JSON.stringify(segment.path), segment.path);
      visit(segment.then);
      visit(segment.otherwise);
    }
  };
  visit(segments);
  return combinations([...paths.keys()]).map((truths) => decide(segments, truths));
}

function combinations(conditions: readonly string[]): ReadonlySet<string>[] {
  if (conditions.length > MOST_CONDITIONS) {
    const all = new Set(conditions);
    return [
      all,
      new Set<string>(),
      ...conditions.flatMap((one) => [new Set([one]), new Set(conditions.filter((other) => other !== one))]),
    ];
  }
  return conditions.reduce<Set<string>[]>(
    (sets, condition) => sets.flatMap((set) => [new Set([...set, condition]), set]),
    [new Set()],
  );
}

function decide(segments: readonly Segment[], truths: ReadonlySet<string>): Piece[] {
  return segments.flatMap((segment) => {
    if (segment.kind !== 'if') return [segment];
    return decide(
      truths.has(JSON.stringify(segment.path)) !== segment.negated ? segment.then : segment.otherwise,
      truths,
    );
  });
}

function unique(problems: readonly ShellProblem[]): ShellProblem[] {
  const seen = new Map(
    problems.map((problem) => [`${problem.offset} ${problem.severity} ${problem.message}`, problem]),
  );
  return [...seen.values()].sort((a, b) => a.offset - b.offset);
}
