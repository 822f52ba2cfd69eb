import { expand } from '../../manifest/environment.ts';
import type { Invocation } from '../invocation.ts';
import { choose, parseTemplate, valueAt } from '../template.ts';

/** The values that replace the placeholders and variables of a request. */
export type TemplateInput = {
  /** The names of all parameters that the tool declares. */
  readonly names: readonly string[];
  readonly params: Readonly<Record<string, unknown>>;
  /** Expands `${VAR}` in text of the manifest. It must not receive the value of a parameter. */
  readonly expand: (text: string) => string;
};

/** Returns the template input of one call. */
export function templateInputOf({ tool, params, environment }: Invocation): TemplateInput {
  return {
    names: Object.keys(tool.inputSchema.properties),
    params,
    expand: (text) => expand(text, environment),
  };
}

/**
 * Renders a text. `value` turns the value of each placeholder into text. Returns undefined when every placeholder of the
 * text is omitted and nothing else remains; an empty text of the manifest is rendered as empty text.
 */
export function renderText(
  text: string,
  { names, params, expand }: TemplateInput,
  value: (value: unknown, path: readonly string[]) => string,
): string | undefined {
  const { segments } = parseTemplate(text, names);
  const pieces = choose(segments, params);
  const present = pieces.some((piece) => piece.kind === 'literal' || !isNothing(valueAt(params, piece.path)));
  if (!present && segments.length > 0) return undefined;
  return pieces
    .map((piece) =>
      piece.kind === 'literal' ? expand(piece.text) : value(valueAt(params, piece.path), piece.path),
    )
    .join('');
}

/** Returns true for a value that is absent: an omitted parameter, or null. */
export function isNothing(value: unknown): boolean {
  return value === undefined || value === null;
}

/** The value of a placeholder whose parameter is omitted. */
export const OMITTED = Symbol('omitted');

/** Returns the value of a text that is one placeholder, or OMITTED when it has no value. Returns undefined for any other text. */
export function wholeValue(text: string, { names, params }: TemplateInput): unknown {
  const { segments } = parseTemplate(text, names);
  const [first, ...more] = choose(segments, params);
  if (more.length > 0 || first?.kind === 'literal') return undefined;
  if (!first) return segments.length > 0 ? OMITTED : undefined;
  const value = valueAt(params, first.path);
  return value === undefined ? OMITTED : value;
}
