import type { Result } from '../../contract/envelope.ts';
import { isObject } from '../../json/object.ts';
import { failureOf } from '../script/result.ts';

/**
 * The result that a handler's JSON value stands for: an object gives its fields, anything else is `result`. An object
 * with a boolean `success` is an envelope of its own, and a `false` there is thrown as the failure that it tells of.
 */
export function resultOf(value: unknown, what: string): Result {
  if (!isObject(value)) return { result: value };
  if (!Object.hasOwn(value, 'success')) return { ...value };
  const { success, ...fields } = value;
  if (success === true) return fields;
  if (success === false) throw failureOf({ ...fields, success }, what, 'HANDLER_FAILED');
  return { result: value };
}
