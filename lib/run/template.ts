import type { ProblemInText } from '../contract/manifest.ts';
import { nearest } from '../contract/nearest.ts';

/**
 * Text of the author. `\{{` is already replaced by `{{`; a backslash after another backslash escapes nothing. `offset` is its
 * position in the template.
 */
type Literal = { kind: 'literal'; text: string; offset: number };

/** One `{{name}}` or `{{name.field.0}}`. `path[0]` is the parameter, and `text` the tag as it is written. */
export type Placeholder = { kind: 'placeholder'; path: readonly string[]; text: string; offset: number };

/** `{{ if x }}…{{ else }}…{{ end }}`. `negated` is true for `if not`. */
type Condition = {
  kind: 'if';
  path: readonly string[];
  negated: boolean;
  then: readonly Segment[];
  otherwise: readonly Segment[];
  offset: number;
};

export type Segment = Literal | Placeholder | Condition;

/** A part of a template after the branches of its conditions are chosen. */
export type Piece = Literal | Placeholder;

/** A problem of a template, with its place in the text. */
export type ProblemInTemplate = ProblemInText & { text: string; offset: number; length: number };

/** A parsed template. */
export type Template = {
  segments: readonly Segment[];
  /** The parameters that it mentions. */
  mentions: ReadonlySet<string>;
  problems: readonly ProblemInTemplate[];
};

/**
 * Parses a text with placeholders of the given names. A tag that names no parameter stays as it is written, with a warning.
 * A condition without `{{ end }}` is an error. Values are inserted later and never parsed.
 */
export function parseTemplate(text: string, names: Iterable<string>): Template {
  if (!text.includes('{{')) {
    return { segments: text === '' ? [] : [literal(text, 0)], mentions: new Set(), problems: [] };
  }
  const parser = new Parser(new Set(names), text);
  const segments = parser.block();
  return { segments, mentions: parser.mentions, problems: parser.problems };
}

/** Returns the text of the author in a template, that of all branches included. */
export function literalsOf(segments: readonly Segment[]): Literal[] {
  return segments.flatMap((segment) => {
    if (segment.kind === 'if') return literalsOf([...segment.then, ...segment.otherwise]);
    return segment.kind === 'literal' ? [segment] : [];
  });
}

/** Chooses the branches of all conditions. Returns the literals and placeholders that remain, in order. */
export function choose(segments: readonly Segment[], params: Readonly<Record<string, unknown>>): Piece[] {
  return segments.flatMap((segment) => {
    if (segment.kind !== 'if') return [segment];
    return choose(
      isTrue(valueAt(params, segment.path)) !== segment.negated ? segment.then : segment.otherwise,
      params,
    );
  });
}

/** Renders the template as text. `literal` converts the author's text (it expands `${VAR}`), and `value` the values. */
export function renderTemplate(
  { segments }: Template,
  params: Readonly<Record<string, unknown>>,
  {
    literal = (text) => text,
    value = renderValue,
  }: { literal?: (text: string) => string; value?: (value: unknown) => string } = {},
): string {
  return choose(segments, params)
    .map((piece) => (piece.kind === 'literal' ? literal(piece.text) : value(valueAt(params, piece.path))))
    .join('');
}

/** Returns the value of a placeholder, or undefined when the parameter is omitted or has no such field. */
export function valueAt(params: Readonly<Record<string, unknown>>, path: readonly string[]): unknown {
  let value: unknown = params;
  for (const name of path) {
    if (
      typeof value !== 'object' ||
      value === null ||
      !Object.prototype.propertyIsEnumerable.call(value, name)
    )
      return undefined;
    value = (value as Record<string, unknown>)[name];
  }
  return value;
}

/** Returns true when `{{ if x }}` chooses its first branch: for all values but undefined, null, false, 0, "", [] and {}. */
export function isTrue(value: unknown): boolean {
  if (typeof value === 'object' && value !== null) return Object.keys(value).length > 0;
  return Boolean(value);
}

/** Renders a value as text: a string as it is, undefined and null as empty text, everything else as JSON. */
export function renderValue(value: unknown): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

type Token = Literal | { kind: 'tag'; inner: string; text: string; offset: number };

const TAG = /(\\*)\{\{(?:([^{}\n]*)\}\})?/g;
// A tag that is closed by one brace, or not at all.
const UNCLOSED = /\{\{\s*((?:if\s+(?:not\s+)?)?[\w.-]+)\s*(\}?)/g;
// Words that begin a block in other template languages. The `end` of such a block is text.
const FOREIGN_BLOCK = /^-?\s*(?:if|range|with|block|define)(?![\w-])/;
const CONDITION = /^(else\s+)?if\s+(not\s+)?(\S+)$/;

function literal(text: string, offset: number): Literal {
  return { kind: 'literal', text, offset };
}

function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let done = 0;
  const tag = new RegExp(TAG);
  for (let match = tag.exec(text); match; match = tag.exec(text)) {
    const { 0: written, 1: backslashes = '', 2: inner, index } = match;
    const offset = index + backslashes.length;
    const escaped = backslashes.length % 2 === 1;
    if (!escaped && inner === undefined) {
      // This `{{` has no `}}`. A tag may begin at its second brace.
      tag.lastIndex = offset + 1;
      continue;
    }
    const before = escaped ? offset - 1 : offset;
    if (before > done) tokens.push(literal(text.slice(done, before), done));
    if (escaped) {
      tokens.push(literal('{{', offset));
      tag.lastIndex = offset + 2;
    } else {
      tokens.push({
        kind: 'tag',
        inner: inner?.trim() ?? '',
        text: written.slice(backslashes.length),
        offset,
      });
    }
    done = tag.lastIndex;
  }
  if (done < text.length) tokens.push(literal(text.slice(done), done));
  return tokens;
}

class Parser {
  readonly mentions = new Set<string>();
  readonly problems: ProblemInTemplate[] = [];
  readonly #names: ReadonlySet<string>;
  readonly #template: string;
  readonly #tokens: readonly Token[];
  #next = 0;

  constructor(names: ReadonlySet<string>, template: string) {
    this.#names = names;
    this.#template = template;
    this.#tokens = tokenize(template);
    for (const token of this.#tokens) if (token.kind === 'literal') this.#reportUnclosed(token);
  }

  /** Reads to the end of the text or, in a branch of a condition, to its `else` or `end`. */
  block(inCondition = false): Segment[] {
    const segments: Segment[] = [];
    let foreign = 0;
    for (let token = this.#tokens[this.#next]; token; token = this.#tokens[this.#next]) {
      if (token.kind === 'literal') {
        segments.push(token);
        this.#next++;
        continue;
      }
      const { inner, text, offset } = token;
      if (inCondition && foreign === 0 && (inner === 'end' || inner === 'else' || /^else\s+if\s/.test(inner)))
        return segments;
      this.#next++;
      const condition = this.#condition(inner);
      const path = this.#path(inner);
      if (condition && !condition.chained) {
        segments.push(this.#rest({ ...condition, text, offset }));
      } else if (foreign > 0 && (inner === 'end' || inner === 'else')) {
        if (inner === 'end') foreign--;
        segments.push(literal(text, offset));
      } else if (path) {
        this.mentions.add(path[0] ?? '');
        segments.push({ kind: 'placeholder', path, text, offset });
      } else {
        if (FOREIGN_BLOCK.test(inner)) foreign++;
        this.#unknown(inner, text, offset);
        segments.push(literal(text, offset));
      }
    }
    return segments;
  }

  /** Reads the rest of a condition after its `if`, including its `end`. */
  #rest({
    path,
    negated,
    text,
    offset,
  }: {
    path: readonly string[];
    negated: boolean;
    text: string;
    offset: number;
  }): Condition {
    this.mentions.add(path[0] ?? '');
    const then = this.block(true);
    let otherwise: Segment[] = [];
    const token = this.#tokens[this.#next];
    if (token?.kind === 'tag' && token.inner !== 'end') {
      this.#next++;
      const chained = this.#condition(token.inner);
      if (chained) {
        // `else if` is a condition in the `else` branch. Both end at the same `end`.
        otherwise = [this.#rest({ ...chained, text: token.text, offset: token.offset })];
        return { kind: 'if', path, negated, then, otherwise, offset };
      }
      if (token.inner !== 'else') this.#unknown(token.inner, token.text, token.offset);
      otherwise = this.block(true);
    }
    const end = this.#tokens[this.#next];
    if (end?.kind === 'tag' && end.inner === 'end') {
      this.#next++;
    } else {
      const found = end?.kind === 'tag' ? `a second ${end.text}` : 'no {{ end }}';
      if (end) this.#next++;
      this.problems.push({
        severity: 'error',
        message: `${text} has ${found}`,
        hint: 'A condition is {{ if name }}…{{ else }}…{{ end }}.',
        text: this.#template,
        offset,
        length: text.length,
      });
    }
    return { kind: 'if', path, negated, then, otherwise, offset };
  }

  #condition(inner: string): { path: readonly string[]; negated: boolean; chained: boolean } | undefined {
    const [, chained, negated, name] = CONDITION.exec(inner) ?? [];
    const path = name === undefined ? undefined : this.#path(name);
    return path && { path, negated: negated !== undefined, chained: chained !== undefined };
  }

  /** Splits `a.b.0` into the parameter and its fields. The name of a parameter may contain dots. */
  #path(text: string): string[] | undefined {
    if (this.#names.has(text)) return [text];
    const parts = text.split('.');
    for (let taken = parts.length - 1; taken > 0; taken--) {
      const name = parts.slice(0, taken).join('.');
      const fields = parts.slice(taken);
      if (this.#names.has(name) && !fields.includes('')) return [name, ...fields];
    }
    return undefined;
  }

  /** Reports every tag of a literal that has one closing brace, and every unclosed one that begins like a placeholder. */
  #reportUnclosed({ text, offset }: Literal): void {
    for (const { 0: written, 1: inner = '', 2: brace, index } of text.matchAll(UNCLOSED)) {
      const known = this.#path(inner) ?? this.#condition(inner);
      if (!known && brace === '') continue;
      const tag = written.trimEnd();
      this.#warn(`${tag} is not closed and stays as it is`, `Write {{ ${inner} }}.`, tag, offset + index);
    }
  }

  #unknown(inner: string, text: string, offset: number): void {
    this.#warn(`${text} names no parameter and stays as it is`, this.#hint(inner), text, offset);
  }

  #hint(inner: string): string {
    const [, start = '', name = ''] = /^((?:else\s+)?if\s+(?:not\s+)?)?(.*)$/s.exec(inner) ?? [];
    const meant = this.#meant(name);
    if (start !== '') {
      return meant !== undefined && /^\S+$/.test(name)
        ? `Did you mean {{ ${start}${meant} }}?`
        : 'A condition is {{ if name }} or {{ if not name }}; comparisons are not supported.';
    }
    if (meant === undefined) return 'Write \\{{ for literal text that begins with {{.';
    // `{{.Name}}` may be meant for another program, such as `docker ps --format`.
    const other = inner.startsWith('.') ? ' Write \\{{ for literal text that begins with {{.' : '';
    return `Did you mean {{${meant}}}?${other}`;
  }

  /** Returns the placeholder that is meant by the syntax of another template language, or by a wrong name. */
  #meant(inner: string): string | undefined {
    // Go templates write {{ .name }}, {{ $name }} and {{- name -}}.
    const plain = inner.replace(/^[-\s]*[$.]*|[-\s]+$/g, '');
    if (this.#path(plain)) return plain;
    const words = plain.match(/[\w-]+/g) ?? [];
    // {{ params.name }}, {{ .Values.name }} and {{ name | upper }}.
    return words.find((word) => this.#names.has(word)) ?? nearest(words[0] ?? plain, this.#names);
  }

  #warn(message: string, hint: string, { length }: string, offset: number): void {
    this.problems.push({ severity: 'warning', message, hint, text: this.#template, offset, length });
  }
}
