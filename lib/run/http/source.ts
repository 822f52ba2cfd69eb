import { expand } from '../../manifest/environment.ts';
import type { Invocation } from '../invocation.ts';
import { choose, parseTemplate, valueAt } from '../template.ts';

/** What the texts of a request are filled from. */
export type Source = {
  readonly names: readonly string[];
  readonly params: Readonly<Record<string, unknown>>;
  /** Expands `${VAR}` in what the author wrote; never given a parameter's value. */
  readonly expand: (text: string) => string;
};

/** The source of one call. */
export function sourceOf({ tool, params, environment }: Invocation): Source {
  return {
    names: Object.keys(tool.inputSchema.properties),
    params,
    expand: (text) => expand(text, environment),
  };
}

/**
 * A text with its values put in through `value`; undefined when it is nothing but omitted parameters.
 * An author's empty text is a text.
 */
export function renderText(
  text: string,
  { names, params, expand }: Source,
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

/** Whether a value renders as nothing because there is none. */
export function isNothing(value: unknown): boolean {
  return value === undefined || value === null;
}
