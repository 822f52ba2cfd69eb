import { renderValue } from '../template.ts';
import { escapeUrlText, wellFormed } from './url-text.ts';

/** The form of an array in a query or a form: `repeat` is `a=1&a=2`, `comma` is `a=1,2`. */
export type ArrayForm = 'repeat' | 'comma';

/**
 * Encodes one member of a query or a form as `name=value`. The name must be escaped. An array
 * becomes a member for each item, or one member with `comma`. Undefined and an empty array become no member. Throws
 * INVALID_PARAMETERS for text that has no encoding.
 */
export function encodeMembers(name: string, value: unknown, arrays: ArrayForm = 'repeat'): string[] {
  if (value === undefined) return [];
  const encode = (item: unknown): string => escapeUrlText(wellFormed(renderValue(item), [name]));
  if (!Array.isArray(value)) return [`${name}=${encode(value)}`];
  if (arrays === 'repeat') return value.map((item) => `${name}=${encode(item)}`);
  return value.length === 0 ? [] : [`${name}=${value.map(encode).join(',')}`];
}
