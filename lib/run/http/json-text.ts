import { GantzError } from '../../contract/errors.ts';
import { choose, parseTemplate, renderValue, valueAt } from '../template.ts';
import type { Source } from './source.ts';

/**
 * A JSON text of the manifest with its values put in: inside a JSON string as escaped text, elsewhere as the JSON of the
 * value, where an omitted one is null.
 */
export function renderJsonText(text: string, { names, params, expand }: Source): string {
  const place = new Place();
  let built = '';
  for (const piece of choose(parseTemplate(text, names).segments, params)) {
    if (piece.kind === 'literal') {
      const literal = expand(piece.text);
      place.read(literal);
      built += literal;
      continue;
    }
    const value = valueAt(params, piece.path);
    if (place.escaped) {
      throw new GantzError(
        'MANIFEST_INVALID',
        `${piece.text} stands right after a backslash in a JSON body`,
        {
          hint: 'Write the backslash of a JSON string twice.',
        },
      );
    }
    built += place.inString ? JSON.stringify(renderValue(value)).slice(1, -1) : JSON.stringify(value ?? null);
  }
  return built;
}

/** Where in JSON a text ends that is read piece by piece. */
class Place {
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
