import type { ProblemInText } from '../contract/manifest.ts';
import { nearest } from '../contract/nearest.ts';

/** Text of the author, `\{{` already turned into `{{` (a backslash that is itself behind one escapes nothing); `offset` is where it begins in the template. */
type Literal = { kind: 'literal'; text: string; offset: number };

/** One `{{name}}` or `{{name.field.0}}`: `path[0]` is the parameter, `text` the tag as written. */
export type Placeholder = { kind: 'placeholder'; path: readonly string[]; text: string; offset: number };

/** `{{ if x }}…{{ else }}…{{ end }}`; `negated` for `if not`. */
type Condition = {
  kind: 'if';
  path: readonly string[];
  negated: boolean;
  then: readonly Segment[];
  otherwise: readonly Segment[];
  offset: number;
};

export type Segment = Literal | Placeholder | Condition;

/** What is left of a template once the branches of its conditions are chosen. */
export type Piece = Literal | Placeholder;

type ProblemInTemplate = ProblemInText & { text: string; offset: number; length: number };

/** A text, parsed once. */
export type Template = {
  segments: readonly Segment[];
  /** The parameters that it mentions. */
  mentions: ReadonlySet<string>;
  problems: readonly ProblemInTemplate[];
};

/**
 * Parses a text with `{{parameter}}`s of the given names. A tag that names no parameter stays text as it is written,
 * with a warning; a condition without its `{{ end }}` is an error. The text is read once: what a value holds is never
 * looked at.
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

/** The template with its branches chosen: literals and placeholders in order, conditions gone. */
export function choose(segments: readonly Segment[], params: Readonly<Record<string, unknown>>): Piece[] {
  return segments.flatMap((segment) => {
    if (segment.kind !== 'if') return [segment];
    return choose(
      isTrue(valueAt(params, segment.path)) !== segment.negated ? segment.then : segment.otherwise,
      params,
    );
  });
}

/** The whole template as text: literals through `literal`, which is where `${VAR}` is expanded, values through `value`. */
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

/** The value that a placeholder stands for; undefined when the parameter is omitted or the field is not there. */
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

/** Whether `{{ if x }}` takes its first branch: not for what is omitted, null, false, 0, "", [] or {}. */
export function isTrue(value: unknown): boolean {
  if (typeof value === 'object' && value !== null) return Object.keys(value).length > 0;
  return Boolean(value);
}

/** A value as text: strings as they are, omitted and null as nothing, everything else as JSON. */
export function renderValue(value: unknown): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

type Token = Literal | { kind: 'tag'; inner: string; text: string; offset: number };

const TAG = /(\\*)\{\{(?:([^{}\n]*)\}\})?/g;
// A tag that is closed by one brace, or not at all.
const UNCLOSED = /\{\{\s*((?:if\s+(?:not\s+)?)?[\w.-]+)\s*(\}?)/g;
// Words that open a block in other template languages, so that its `end` is not ours.
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
      // `{{` that no `}}` ends; a tag may begin at its second brace.
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

  /** Reads up to the end of the text, or up to the `else` or `end` of the condition it is a branch of. */
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

  /** The condition whose `if` was just read, through its `end`. */
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
        // `else if` is an if inside the else, and the two share one `end`.
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

  /** `a.b.0` as the parameter and its fields; a parameter's name may hold dots itself. */
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
        : 'A condition is {{ if name }} or {{ if not name }}, nothing more.';
    }
    if (meant === undefined) return 'Write \\{{ for text that begins with {{.';
    // `{{.Name}}` may be meant for another program, such as `docker ps --format`.
    const other = inner.startsWith('.') ? ' Write \\{{ for text that begins with {{.' : '';
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
