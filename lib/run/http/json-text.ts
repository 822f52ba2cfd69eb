import { GantzError } from '../../contract/errors.ts';
import { choose, parseTemplate, renderValue, valueAt } from '../template.ts';
import type { TemplateInput } from './template-input.ts';

/**
 * Renders a JSON text of the manifest. Inside a JSON string a value becomes escaped text. Elsewhere it becomes JSON, and
 * an omitted value becomes null. Throws MANIFEST_INVALID for a placeholder after a backslash.
 */
export function renderJsonText(text: string, { names, params, expand }: TemplateInput): string {
  const state = new StringState();
  let built = '';
  for (const piece of choose(parseTemplate(text, names).segments, params)) {
    if (piece.kind === 'literal') {
      const literal = expand(piece.text);
      state.read(literal);
      built += literal;
      continue;
    }
    const value = valueAt(params, piece.path);
    if (state.escaped) {
      throw new GantzError('MANIFEST_INVALID', `${piece.text} follows a backslash in a JSON body`, {
        hint: 'Write the backslash of a JSON string twice.',
      });
    }
    built += state.inString ? JSON.stringify(renderValue(value)).slice(1, -1) : JSON.stringify(value ?? null);
  }
  return built;
}

/**
 * Renders a text of the manifest that is a JSON object or array with placeholders, as `renderJsonText`. Returns undefined
 * for any other text, and for a text without quotes such as `[{{from}},{{to}}]`, which other notations use as well.
 */
export function renderJsonTemplate(text: string, input: TemplateInput): string | undefined {
  const [first, ...more] = parseTemplate(text, input.names).segments;
  if (first?.kind !== 'literal' || more.length === 0 || !/^\s*[[{]/.test(first.text) || !text.includes('"')) {
    return undefined;
  }
  const rendered = renderJsonText(text, input);
  return parsesAsJson(rendered) ? rendered : undefined;
}

/** Returns true for the text of a JSON object or array. */
export function parsesAsJson(text: string): boolean {
  if (!/^\s*[[{]/.test(text)) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Tracks whether the end of a JSON text is inside a string. The text is read in pieces. */
class StringState {
  inString = false;
  escaped = false;

  read(text: string): void {
    for (const character of text) {
      if (!this.inString) this.inString = character === '"';
      else if (this.escaped) this.escaped = false;
      else if (character === '\\') this.escaped = true;
      else if (character === '"') this.inString = false;
    }
  }
}
