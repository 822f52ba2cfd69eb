import { GantzError } from '../../contract/errors.ts';
import { argumentVariable } from '../../manifest/argument-variable.ts';
import type { ObjectSchema } from '../../contract/manifest.ts';
import { evaluatedIn, type ScriptOptions, type ScriptReading } from '../../shell/read-script.ts';
import { EVALUATED, type Reason } from '../../shell/reasons.ts';
import { renderValue, valueAt, type Piece, type Placeholder, type ProblemInTemplate } from '../template.ts';
import { isHarmless, isPlain, listed } from './harmless.ts';

/** A problem of a script, about a part of one of its texts. */
export type ScriptProblem = ProblemInTemplate;

/** Values of the parameters by name. */
export type Params = Readonly<Record<string, unknown>>;

/** The texts of a script with each placeholder as one private character, which lib/shell reads. */
export class MarkedTexts {
  readonly #schema: ObjectSchema;
  readonly #params: Params | undefined;
  /** The variables of the parameters, by their names. */
  readonly #variables: ReadonlyMap<string, string>;
  readonly #placeholders = new Map<string, Placeholder & { in: string }>();
  readonly #texts = new Set<string>();
  #code = 0xe000;

  /** `params` are the values of a call; without them the schema alone decides which values are harmless. */
  constructor(schema: ObjectSchema, params?: Params) {
    this.#schema = schema;
    this.#params = params;
    this.#variables = new Map(Object.keys(schema.properties).map((name) => [name, argumentVariable(name)]));
  }

  /** What lib/shell needs to know about the placeholders. */
  get options(): Pick<ScriptOptions, 'placeholders' | 'texts' | 'watched'> {
    return {
      placeholders: new Set(this.#placeholders.keys()),
      texts: (mark) => listed(this.#schema, this.pathOf(mark)).map(renderValue),
      watched: new Set(this.#variables.values()),
    };
  }

  /** Marks the pieces of one text of the manifest. */
  mark(text: string, pieces: readonly Piece[], literal = (written: string) => written): string {
    const written = pieces.map((piece) => (piece.kind === 'literal' ? literal(piece.text) : piece));
    const known = written.filter((part) => typeof part === 'string').join('');
    this.#texts.add(text);
    const marked = written.map((part) => {
      if (typeof part === 'string') return part;
      while (known.includes(String.fromCharCode(this.#code))) this.#code++;
      if (this.#code > 0xf8ff) throw refusal('The script holds too many placeholders', undefined);
      const mark = String.fromCharCode(this.#code++);
      this.#placeholders.set(mark, { ...part, in: text });
      return mark;
    });
    return marked.join('');
  }

  pathOf(mark: string): readonly string[] {
    return this.#placeholders.get(mark)?.path ?? [];
  }

  /** The variable that carries a placeholder's text: a field, or a name that two parameters would share, has its own. */
  variableOf(path: readonly string[]): string {
    const variable = this.#variables.get(path[0] ?? '') ?? '';
    if (path.length === 1 && this.#namesOf(variable).length === 1) return variable;
    return `GANTZ_FIELD_${Buffer.from(JSON.stringify(path)).toString('hex').toUpperCase()}`;
  }

  /** The problems of a script that was read, and of its standard input where that is parsed as code. */
  problems(
    { placeholders, variables, input }: Omit<ScriptReading, 'source'>,
    stdin: string,
  ): ScriptProblem[] {
    const evaluated = input === EVALUATED ? evaluatedIn(stdin, this.options.watched) : [];
    const marks = input ? Array.from(stdin).filter((char) => this.#placeholders.has(char)) : [];
    return [
      ...placeholders.flatMap(({ name, reasons }) => this.#problemsAt(name, reasons)),
      ...marks.flatMap((mark) => (input ? this.#problemsAt(mark, [input]) : [])),
      ...variables.flatMap(({ name, reasons }) => this.#problemOf(name, mostSevere(reasons)[0])),
      ...evaluated.flatMap((name) => this.#problemOf(name, input)),
    ];
  }

  #problemsAt(mark: string, reasons: readonly Reason[]): ScriptProblem[] {
    const placeholder = this.#placeholders.get(mark);
    if (!placeholder || reasons.length === 0) return [];
    const { text: tag, path, offset } = placeholder;
    const valid = this.#harmless(path) ? reasons.filter(({ always }) => always) : reasons;
    const subject = path.length === 0 ? 'The JSON object of all parameters' : tag;
    const names = { tag, variable: this.variableOf(path.slice(0, 1)) };
    const place = { text: placeholder.in, offset, length: tag.length };
    return mostSevere(valid).map((reason) => problemOf(reason, subject, names, place));
  }

  /** The problem of a parameter's variable that the author wrote. */
  #problemOf(variable: string, reason: Reason | undefined): ScriptProblem[] {
    const text = [...this.#texts].find((one) => one.includes(variable));
    const harmless = this.#namesOf(variable).every((name) => this.#harmless([name]));
    if (!reason || text === undefined || harmless) return [];
    const place = { text, offset: text.indexOf(variable), length: variable.length };
    return [problemOf(reason, `$${variable}`, { tag: `"$${variable}"`, variable }, place)];
  }

  #namesOf(variable: string): string[] {
    return [...this.#variables].filter(([, one]) => one === variable).map(([name]) => name);
  }

  #harmless(path: readonly string[]): boolean {
    const isPlainNow = this.#params === undefined || isPlain(valueAt(this.#params, path));
    return isPlainNow && isHarmless(this.#schema, path);
  }
}

/** What is refused needs no warning. */
function mostSevere(reasons: readonly Reason[]): readonly Reason[] {
  const errors = reasons.filter(({ severity }) => severity === 'error');
  return errors.length > 0 ? errors : reasons;
}

function problemOf(
  { severity, message, hint }: Reason,
  subject: string,
  { tag, variable }: { tag: string; variable: string },
  place: Pick<ScriptProblem, 'text' | 'offset' | 'length'>,
): ScriptProblem {
  const named = hint.replaceAll('GANTZ_ARG_X', variable).replaceAll('{{x}}', tag);
  return { severity, message: `${subject} ${message}`, hint: named, ...place };
}

/** The problems once each, in the order of the text. */
export function uniqueProblems(problems: readonly ScriptProblem[]): ScriptProblem[] {
  const seen = new Map(problems.map((one) => [`${one.offset} ${one.message} ${one.text}`, one]));
  return [...seen.values()].sort((a, b) => a.offset - b.offset);
}

/** Throws MANIFEST_INVALID for the first error. */
export function throwFirstError(problems: readonly ProblemInTemplate[]): void {
  const failed = problems.find(({ severity }) => severity === 'error');
  if (failed) throw refusal(failed.message, failed.hint);
}

function refusal(message: string, hint: string | undefined): GantzError {
  return new GantzError('MANIFEST_INVALID', message, hint ? { hint } : {});
}
