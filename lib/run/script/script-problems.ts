import { GantzError } from '../../errors.ts';
import { argumentVariable } from '../../manifest/argument-variable.ts';
import type { ObjectSchema } from '../../manifest/manifest.ts';
import { evaluatedIn, type ScriptOptions, type ScriptReading } from '../../shell/read-script.ts';
import { EVALUATED, type Reason } from '../../shell/reasons.ts';
import { renderValue, valueAt, type Piece, type Placeholder } from '../template.ts';
import { isHarmless, isPlain, listed } from './harmless.ts';

/** A problem of a script; `offset` and `length` mark the part of `text` that it is about, which is `placeholder`. */
export type ScriptProblem = Reason & { text: string; offset: number; length: number; placeholder: string };

/** Values of the parameters by name. */
export type Params = Readonly<Record<string, unknown>>;

/** The texts of a script with each placeholder as one private character, which lib/shell reads. */
export class MarkedTexts {
  readonly #schema: ObjectSchema;
  readonly #params: Params | undefined;
  readonly #placeholders = new Map<string, Placeholder & { in: string }>();
  readonly #literals: { text: string; in: string; offset: number }[] = [];
  #code = 0xe000;

  /** `params` are the values of a call; without them the schema alone decides which values are harmless. */
  constructor(schema: ObjectSchema, params?: Params) {
    this.#schema = schema;
    this.#params = params;
  }

  get placeholders(): ReadonlyMap<string, Placeholder> {
    return this.#placeholders;
  }

  /** What lib/shell needs to know about the placeholders. */
  get options(): Pick<ScriptOptions, 'placeholders' | 'texts' | 'watched'> {
    return {
      placeholders: new Set(this.#placeholders.keys()),
      texts: (mark) => listed(this.#schema, this.#placeholders.get(mark)?.path ?? []).map(renderValue),
      watched: new Set(Object.keys(this.#schema.properties).map(argumentVariable)),
    };
  }

  /** Marks the pieces of one text of the manifest. */
  mark(text: string, pieces: readonly Piece[], literal = (written: string) => written): string {
    const written = pieces.map((piece) => (piece.kind === 'literal' ? literal(piece.text) : piece));
    const known = written.filter((part) => typeof part === 'string').join('');
    for (const piece of pieces) if (piece.kind === 'literal') this.#literals.push({ ...piece, in: text });
    return written
      .map((part) => {
        if (typeof part === 'string') return part;
        while (known.includes(String.fromCharCode(this.#code))) this.#code++;
        if (this.#code > 0xf8ff) throw refusal('The script holds too many placeholders', undefined);
        const mark = String.fromCharCode(this.#code++);
        this.#placeholders.set(mark, { ...part, in: text });
        return mark;
      })
      .join('');
  }

  /** What is to be reported about the placeholders and the variables of a reading. */
  problems({ placeholders, variables }: Pick<ScriptReading, 'placeholders' | 'variables'>): ScriptProblem[] {
    const found = placeholders.flatMap(({ name, reasons }) => this.#problemsAt(name, reasons));
    const names = Object.keys(this.#schema.properties).filter((name) => !this.#harmless([name]));
    const own = variables.filter(({ name }) => names.some((one) => argumentVariable(one) === name));
    return [...found, ...own.flatMap((variable) => this.#problemsOfVariable(variable))];
  }

  /** The reading of a standard input that is parsed as code for a reason. */
  input(marked: string, reason: Reason | undefined): Pick<ScriptReading, 'placeholders' | 'variables'> {
    if (!reason) return { placeholders: [], variables: [] };
    const names = Array.from(marked).filter((char) => this.#placeholders.has(char));
    const evaluated = reason === EVALUATED ? evaluatedIn(marked, this.options.watched) : [];
    return {
      placeholders: names.map((name) => ({ name, reasons: [reason] })),
      variables: evaluated.map((name) => ({ name, reasons: [reason], splits: false })),
    };
  }

  #problemsAt(mark: string, reasons: readonly Reason[]): ScriptProblem[] {
    const placeholder = this.#placeholders.get(mark);
    if (!placeholder) return [];
    const { text, offset, path } = placeholder;
    const valid = this.#harmless(path) ? reasons.filter(({ always }) => always) : reasons;
    // What is refused needs no warning.
    const errors = valid.filter(({ severity }) => severity === 'error');
    const variable = variableOf(path.slice(0, 1), Object.keys(this.#schema.properties));
    return (errors.length > 0 ? errors : valid).map((reason) => ({
      ...reason,
      message: `${path.length === 0 ? 'The JSON object of all parameters' : text} ${reason.message}`,
      hint: reason.hint.replaceAll('GANTZ_ARG_X', variable).replaceAll('{{x}}', text),
      text: placeholder.in,
      offset,
      length: text.length,
      placeholder: text,
    }));
  }

  /** A variable of a parameter, written by the author, that the script evaluates or uses without quotes. */
  #problemsOfVariable({ name, reasons, splits }: ScriptReading['variables'][number]): ScriptProblem[] {
    const literal = this.#literals.find(({ text }) => text.includes(name));
    if (!literal || (reasons.length === 0 && !splits)) return [];
    const unquoted: Reason = {
      severity: 'warning',
      message: 'is used without quotes: the shell splits its value into words and expands patterns in it',
      hint: `Write "$${name}".`,
    };
    return [reasons[0] ?? unquoted].map((reason) => ({
      ...reason,
      message: `$${name} ${reason.message}`,
      hint: reason.hint.replaceAll('GANTZ_ARG_X', name).replaceAll('{{x}}', `"$${name}"`),
      text: literal.in,
      offset: literal.offset + literal.text.indexOf(name),
      length: name.length,
      placeholder: name,
    }));
  }

  #harmless(path: readonly string[]): boolean {
    return (
      isHarmless(this.#schema, path) && (this.#params === undefined || isPlain(valueAt(this.#params, path)))
    );
  }
}

/** The problems once each, in the order of the text. */
export function uniqueProblems(problems: readonly ScriptProblem[]): ScriptProblem[] {
  const seen = new Map(
    problems.map((problem) => [
      `${problem.offset} ${problem.severity} ${problem.message} ${problem.text}`,
      problem,
    ]),
  );
  return [...seen.values()].sort((a, b) => a.offset - b.offset);
}

/** Throws MANIFEST_INVALID for the first error. */
export function throwFirstError(
  problems: readonly { severity: string; message: string; hint?: string }[],
): void {
  const failed = problems.find(({ severity }) => severity === 'error');
  if (failed) throw refusal(failed.message, failed.hint);
}

/** The variable that carries a placeholder's text. A field has its own, and so has a name whose variable another parameter shares. */
export function variableOf(path: readonly string[], names: readonly string[]): string {
  const [name = ''] = path;
  const variable = argumentVariable(name);
  if (path.length === 1 && !names.some((other) => other !== name && argumentVariable(other) === variable))
    return variable;
  return `GANTZ_FIELD_${Buffer.from(JSON.stringify(path)).toString('hex').toUpperCase()}`;
}

function refusal(message: string, hint: string | undefined): GantzError {
  return new GantzError('MANIFEST_INVALID', message, hint ? { hint } : {});
}
