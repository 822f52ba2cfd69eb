import { GantzError } from '../../contract/errors.ts';
import { pointerOf } from '../../json/pointer.ts';

/**
 * Returns INVALID_PARAMETERS for a value that its placeholder cannot hold. `path` is the parameter and its fields.
 * `message` follows the name of the parameter.
 */
export function refuseValue(path: readonly string[], message: string): GantzError {
  return new GantzError('INVALID_PARAMETERS', `The parameter ${path.join('.')} ${message}`, {
    details: [{ path: pointerOf(path), message }],
  });
}
