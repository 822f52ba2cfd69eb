import type { Result } from '../../contract/envelope.ts';
import { isObject } from '../../json/object.ts';
import { resultOf as resultOfValue } from '../action-output.ts';
import { failureOf } from '../script/result.ts';

/**
 * Converts the JSON value of a handler to a result. The members of an object are the fields; any other value is the field
 * `result`. An object with a boolean `success` is an envelope; one with `success: false` is thrown as a failure.
 */
export function resultOf(value: unknown, what: string): Result {
  if (!isObject(value)) return resultOfValue({ json: value });
  if (!Object.hasOwn(value, 'success')) return { ...value };
  const { success, ...fields } = value;
  if (success === true) return fields;
  if (success === false) throw failureOf({ ...fields, success }, what, 'HANDLER_FAILED');
  return resultOfValue({ json: value });
}
